/** The custom layer that draws every asset in one call: positions uploaded once, states by bufferSubData. */

import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';

import type { Picture } from '../store/picture';
import type { Palette } from './palette';
import { FRAGMENT, VERTEX } from './shaders';

const UNIFORMS = [
  'u_matrix', 'u_size', 'u_ratio', 'u_lit', 'u_ink', 'u_quiet', 'u_fault', 'u_lock', 'u_ground', 'u_halo', 'u_grey',
  'u_priority',
] as const;
type Uniform = (typeof UNIFORMS)[number];
const HIDDEN = 4;

/** Symbol radius in CSS pixels at a zoom: a fine grain of light from afar, a readable sign from near. */
export function symbolRadius(zoom: number): number {
  const stops: [number, number][] = [[10, 0.5], [12, 0.8], [13, 1.4], [14, 2.4], [15, 4.2], [16, 6.5], [17, 9], [19, 12]];
  if (zoom <= stops[0]![0]) return stops[0]![1];
  for (let i = 1; i < stops.length; i++) {
    const [z1, r1] = stops[i]!;
    const [z0, r0] = stops[i - 1]!;
    if (zoom <= z1) return r0 + ((r1 - r0) * (zoom - z0)) / (z1 - z0);
  }
  return stops.at(-1)![1];
}

export class PointsLayer implements CustomLayerInterface {
  readonly id = 'points';
  readonly type = 'custom' as const;
  readonly renderingMode = '2d' as const;
  grey = 0;
  #map: MapLibre | null = null;
  #program: WebGLProgram | null = null;
  #uniforms = {} as Record<Uniform, WebGLUniformLocation | null>;
  #vao: WebGLVertexArrayObject | null = null;
  #xy: WebGLBuffer | null = null;
  #word: WebGLBuffer | null = null;
  #kind: WebGLBuffer | null = null;
  #families = new Uint8Array(0);
  #stale = { all: true, states: false, positions: false };
  #stop = () => {};

  constructor(
    private readonly picture: Picture,
    private palette: Palette,
    private families: (kind: number) => number,
  ) {}

  /** Take the colours of the theme. */
  paint(palette: Palette): void {
    this.palette = palette;
    this.#map?.triggerRepaint();
  }

  /** Take which kinds are shown: family 0 lamp, 1 square, 2 diamond, 3 round; negative hides. */
  show(families: (kind: number) => number): void {
    this.families = families;
    this.#stale.all = true;
    this.#map?.triggerRepaint();
  }

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.#map = map;
    this.#program = link(gl);
    for (const name of UNIFORMS) this.#uniforms[name] = gl.getUniformLocation(this.#program, name);
    this.#vao = gl.createVertexArray();
    this.#xy = gl.createBuffer();
    this.#word = gl.createBuffer();
    this.#kind = gl.createBuffer();
    this.#describe(gl);
    this.#stale.all = true;
    this.#stop = this.picture.listen((what) => {
      this.#stale[what] = true;
      map.triggerRepaint();
    });
  }

  onRemove(_map: MapLibre, gl: WebGL2RenderingContext): void {
    this.#stop();
    gl.deleteBuffer(this.#xy);
    gl.deleteBuffer(this.#word);
    gl.deleteBuffer(this.#kind);
    gl.deleteVertexArray(this.#vao);
    gl.deleteProgram(this.#program);
    this.#map = null;
  }

  #describe(gl: WebGL2RenderingContext): void {
    gl.bindVertexArray(this.#vao);
    attribute(gl, this.#program!, 'a_xy', this.#xy!, () => [2, gl.FLOAT, 8, false]);
    attribute(gl, this.#program!, 'a_word', this.#word!, () => [1, gl.UNSIGNED_INT, 4, true]);
    attribute(gl, this.#program!, 'a_kind', this.#kind!, () => [1, gl.UNSIGNED_BYTE, 1, true]);
    gl.bindVertexArray(null);
  }

  #upload(gl: WebGL2RenderingContext): void {
    const { picture } = this;
    if (this.#stale.all) {
      this.#families = Uint8Array.from(picture.kind, (kind) => {
        const family = this.families(kind);
        return family < 0 ? HIDDEN | 1 : family;
      });
      fill(gl, this.#xy!, picture.xy);
      fill(gl, this.#word!, picture.word);
      fill(gl, this.#kind!, this.#families);
    } else {
      if (this.#stale.states) refill(gl, this.#word!, picture.word);
      if (this.#stale.positions) refill(gl, this.#xy!, picture.xy);
    }
    this.#stale = { all: false, states: false, positions: false };
  }

  render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    if (!this.#program || !this.#map || !this.picture.count) return;
    this.#upload(gl);
    gl.useProgram(this.#program);
    gl.bindVertexArray(this.#vao);
    this.#set(gl, input);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArrays(gl.POINTS, 0, this.picture.count);
    gl.bindVertexArray(null);
  }

  #set(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const { palette } = this;
    const u = this.#uniforms;
    gl.uniformMatrix4fv(u.u_matrix, false, relative(input.defaultProjectionData.mainMatrix, this.picture.origin));
    gl.uniform1f(u.u_size, symbolRadius(this.#map!.getZoom()) * 1.4);
    gl.uniform1f(u.u_ratio, this.#map!.getPixelRatio());
    gl.uniform3fv(u.u_lit, palette.lit);
    gl.uniform3fv(u.u_ink, palette.ink);
    gl.uniform3fv(u.u_quiet, palette.quiet);
    gl.uniform3fv(u.u_fault, palette.fault);
    gl.uniform3fv(u.u_lock, palette.lock);
    gl.uniform3fv(u.u_ground, palette.ground);
    gl.uniform3fv(u.u_priority, palette.priorities.flat());
    gl.uniform1f(u.u_halo, palette.halo);
    gl.uniform1f(u.u_grey, this.grey);
  }
}

type Layout = [size: number, type: number, stride: number, integer: boolean];

function attribute(
  gl: WebGL2RenderingContext, program: WebGLProgram, name: string, buffer: WebGLBuffer, layout: () => Layout,
): void {
  const [size, type, stride, integer] = layout();
  const place = gl.getAttribLocation(program, name);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.enableVertexAttribArray(place);
  if (integer) gl.vertexAttribIPointer(place, size, type, stride, 0);
  else gl.vertexAttribPointer(place, size, type, false, stride, 0);
}

function fill(gl: WebGL2RenderingContext, buffer: WebGLBuffer, data: ArrayBufferView<ArrayBuffer>): void {
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
}

function refill(gl: WebGL2RenderingContext, buffer: WebGLBuffer, data: ArrayBufferView<ArrayBuffer>): void {
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferSubData(gl.ARRAY_BUFFER, 0, data);
}

/** Move a matrix to an origin in double precision, then round: no jitter at street scale. */
export function relative(matrix: ArrayLike<number>, origin: [number, number]): Float32Array {
  const out = new Float32Array(16);
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 3; column++) out[column * 4 + row] = matrix[column * 4 + row]!;
    out[12 + row] = matrix[row]! * origin[0] + matrix[4 + row]! * origin[1] + matrix[12 + row]!;
  }
  return out;
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
      throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
    }
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return program;
}
