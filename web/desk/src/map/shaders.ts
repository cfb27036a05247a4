/** Shaders of the points: one square a point, its symbol drawn by distance in the fragment. */

export const VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix;
uniform float u_size;
uniform float u_ratio;
in vec2 a_xy;
in uint a_word;
in uint a_kind;
flat out uint v_state;
flat out uint v_flags;
flat out float v_level;
flat out float v_px;
flat out uint v_family;
void main() {
  v_state = a_word & 255u;
  v_level = min(1.0, float((a_word >> 8) & 255u) / 100.0);
  v_flags = a_word >> 16;
  v_family = a_kind & 3u;
  // an alarm is drawn whatever the layers
  bool hidden = (a_kind & 4u) != 0u && (v_flags & 60u) == 0u;
  float size = u_size;
  if (v_state == 2u || v_state == 5u || v_state == 0u) size *= 0.8;
  if (v_state == 6u || v_state == 3u || v_state == 7u || v_state == 9u) size = max(size * 1.25, 3.5);
  if (v_family != 0u) size = max(size * 1.1, 4.0);
  if (v_state == 11u) size = max(size * 1.5, 6.0);
  // the halo and the forced ring need room around the symbol
  v_px = size * u_ratio;
  gl_PointSize = v_px * 2.0;
  gl_Position = hidden ? vec4(2.0, 2.0, 2.0, 1.0) : u_matrix * vec4(a_xy, 0.0, 1.0);
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
uniform vec3 u_lit;
uniform vec3 u_ink;
uniform vec3 u_quiet;
uniform vec3 u_fault;
uniform vec3 u_lock;
uniform vec3 u_priority[4];
uniform vec3 u_ground;
uniform float u_halo;
uniform float u_grey;
flat in uint v_state;
flat in uint v_flags;
flat in float v_level;
flat in float v_px;
flat in uint v_family;
out vec4 color;

float disc(vec2 p, float r, float soft) { return 1.0 - smoothstep(r - soft, r + soft, length(p)); }
float ring(vec2 p, float r, float w, float soft) {
  return 1.0 - smoothstep(w - soft, w + soft, abs(length(p) - r));
}
float bar(vec2 p, vec2 half_size, float soft) {
  vec2 d = abs(p) - half_size;
  return 1.0 - smoothstep(-soft, soft, max(d.x, d.y));
}
float diamond(vec2 p, float r, float soft) { return 1.0 - smoothstep(r - soft, r + soft, abs(p.x) + abs(p.y)); }
float box(vec2 p, float r, float soft) { return bar(p, vec2(r), soft); }
float triangle(vec2 p, float r, float soft) {
  vec2 q = vec2(abs(p.x), -p.y);
  return 1.0 - smoothstep(-soft, soft, max(q.x * 0.87 + q.y * 0.5, -q.y) - r * 0.55);
}
vec4 over(vec4 below, vec3 rgb, float a) { return vec4(rgb * a, a) + below * (1.0 - a); }

vec4 alarm(vec4 under, vec2 p, float soft) {
  int rank = (v_flags & 4u) != 0u ? 0 : (v_flags & 8u) != 0u ? 1 : (v_flags & 16u) != 0u ? 2 : 3;
  float shape = rank == 0 ? diamond(p, 0.55, soft) : rank == 1 ? triangle(p, 0.55, soft)
              : rank == 2 ? box(p, 0.38, soft) : disc(p, 0.42, soft);
  float inner = rank == 0 ? diamond(p, 0.36, soft) : rank == 1 ? triangle(p, 0.32, soft)
              : rank == 2 ? box(p, 0.24, soft) : disc(p, 0.26, soft);
  if ((v_flags & 64u) != 0u) shape *= 1.0 - inner;
  return over(under, u_priority[rank], shape);
}

vec4 lamp(vec2 p, float soft) {
  vec4 c = vec4(0.0);
  if (v_state == 1u || v_state == 8u) {
    float glow = exp(-dot(p, p) * 7.0) * u_halo * (0.35 + 0.65 * v_level);
    c = over(c, u_lit, glow);
    float full = disc(p, 0.42, soft);
    c = over(c, u_lit * (0.5 + 0.5 * v_level), full);
    // dimmed: the lower the level, the larger the dark heart
    if (v_px > 7.0 && v_level < 0.95) c = over(c, u_ground, disc(p, 0.28 * (1.0 - v_level), soft) * 0.8);
    if (v_state == 8u) c = over(c, u_fault, ring(p, 0.56, 0.09, soft));
  } else if (v_state == 2u) {
    c = v_px < 5.0 ? over(c, u_ink, disc(p, 0.3, soft) * 0.55) : over(c, u_ink, ring(p, 0.34, 0.075, soft));
  } else if (v_state == 3u || v_state == 9u) {
    float cross = max(bar(mat2(0.707, 0.707, -0.707, 0.707) * p, vec2(0.46, 0.1), soft),
                      bar(mat2(0.707, -0.707, 0.707, 0.707) * p, vec2(0.46, 0.1), soft));
    c = over(c, u_fault, v_state == 3u ? cross : max(ring(p, 0.4, 0.08, soft), bar(p, vec2(0.4, 0.08), soft)));
  } else if (v_state == 7u) {
    c = over(c, u_fault, max(ring(p, 0.4, 0.08, soft), bar(mat2(0.707, 0.707, -0.707, 0.707) * p, vec2(0.42, 0.08), soft)));
  } else if (v_state == 4u) {
    float dashes = step(0.0, sin(atan(p.y, p.x) * 4.0 + 0.6));
    c = over(c, u_quiet, ring(p, 0.34, 0.1, soft) * dashes + disc(p, 0.1, soft));
  } else if (v_state == 5u) {
    c = over(c, u_quiet, bar(p, vec2(0.08, 0.3), soft) * 0.8);
  } else if (v_state == 6u) {
    c = over(c, u_lock, box(p, 0.46, soft));
    c = over(c, u_ground, bar(p, vec2(0.28, 0.09), soft));
  } else {
    c = over(c, u_quiet, disc(p, 0.2, soft) * 0.7);
  }
  return c;
}

vec4 other(vec2 p, float soft) {
  float mark = v_family == 1u ? box(p, 0.34, soft) : v_family == 2u ? diamond(p, 0.46, soft) : disc(p, 0.38, soft);
  float heart = v_family == 1u ? box(p, 0.2, soft) : v_family == 2u ? diamond(p, 0.28, soft) : disc(p, 0.22, soft);
  if (v_state == 6u) return over(vec4(0.0), u_lock, mark);
  if (v_state == 4u || v_state == 0u) return over(vec4(0.0), u_quiet, mark * (1.0 - heart));
  if (v_state == 3u || v_state == 7u) return over(vec4(0.0), u_fault, mark);
  return over(over(vec4(0.0), u_ink, mark), u_ground, heart);
}

void main() {
  vec2 p = (gl_PointCoord - 0.5) * 2.0;
  float soft = 1.1 / v_px;
  vec4 c = v_family == 0u ? lamp(p, soft) : other(p, soft);
  if ((v_flags & 1u) != 0u && v_px > 4.0) {
    // an override is a ring that shrinks to its end, as the hand of a clock goes from noon to noon
    float gone = 1.0 - float(v_flags >> 11u) / 31.0;
    float turn = fract(atan(p.x, -p.y) / 6.2831853 + 1.0);
    c = over(c, u_lit, ring(p, 0.72, 0.06, soft) * mix(0.22, 1.0, step(gone, turn)));
  }
  if ((v_flags & 2u) != 0u && v_state != 6u) c = over(c, u_lock, ring(p, 0.72, 0.09, soft));
  if ((v_flags & 60u) != 0u) c = alarm(c, p, soft);
  if (u_grey > 0.0) c.rgb = mix(c.rgb, vec3(dot(c.rgb, vec3(0.299, 0.587, 0.114))), u_grey) * (1.0 - 0.3 * u_grey);
  if (c.a < 0.01) discard;
  color = c;
}`;
