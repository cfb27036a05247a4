/** Finding assets on the ground: nearest under the pointer, inside a circle or a drawing, and clusters by cell. */

import { FLAG, STATE, type Picture } from '../store/picture';

export interface Cluster {
  /** Mercator, 0..1. */
  x: number;
  y: number;
  count: number;
  /** 1 to 4 an alarm priority, 5 a fault, 6 silence. */
  rank: number;
  acknowledged: boolean;
  slot: number;
}

/** Return the slot nearest to a Mercator point within a radius, or -1; alarms win ties of a few pixels. */
export function nearest(picture: Picture, x: number, y: number, radius: number, visible: (slot: number) => boolean): number {
  const [ox, oy] = picture.origin;
  const rx = x - ox;
  const ry = y - oy;
  let best = -1;
  let bestDistance = radius * radius;
  for (let slot = 0; slot < picture.count; slot++) {
    const dx = picture.xy[slot * 2]! - rx;
    const dy = picture.xy[slot * 2 + 1]! - ry;
    const favour = rankOf(picture, slot) <= 4 ? 0.35 : 1;
    const distance = (dx * dx + dy * dy) * favour;
    if (distance < bestDistance && visible(slot)) {
      best = slot;
      bestDistance = distance;
    }
  }
  return best;
}

const ATTENTION = new Set<number>([STATE.fault, STATE.noMains, STATE.dayBurner, STATE.dark]);

/** Return how bad an asset's picture is: 1 to 4 alarm priority, 5 fault, 6 silence, 9 nothing to say. */
export function rankOf(picture: Picture, slot: number): number {
  const word = picture.word[slot]!;
  const flags = word >>> 16;
  if (flags & FLAG.critical) return 1;
  if (flags & FLAG.high) return 2;
  if (flags & FLAG.medium) return 3;
  if (flags & FLAG.low) return 4;
  const state = word & 0xff;
  if (ATTENTION.has(state)) return 5;
  return state === STATE.stale ? 6 : 9;
}

/** Group what asks for attention by cells of a size in Mercator units; each cell tells its worst and its count. */
export function clusters(picture: Picture, cell: number, visible: (slot: number) => boolean): Cluster[] {
  const cells = new Map<number, Cluster>();
  const [ox, oy] = picture.origin;
  for (let slot = 0; slot < picture.count; slot++) {
    const rank = rankOf(picture, slot);
    if (rank > 6 || !visible(slot)) continue;
    const x = picture.xy[slot * 2]! + ox;
    const y = picture.xy[slot * 2 + 1]! + oy;
    const key = Math.floor(x / cell) * 67_108_864 + Math.floor(y / cell);
    const acknowledged = (picture.word[slot]! >>> 16 & FLAG.acknowledged) !== 0;
    const found = cells.get(key);
    if (!found) {
      cells.set(key, { x, y, count: 1, rank, acknowledged, slot });
    } else {
      absorb(found, x, y, rank, acknowledged, slot);
    }
  }
  return [...cells.values()];
}

function absorb(into: Cluster, x: number, y: number, rank: number, acknowledged: boolean, slot: number): void {
  // faults beside an alarm are not more alarms: the figure counts what the sign says
  if (rank <= 4 === into.rank <= 4) into.count++;
  else if (rank < into.rank) into.count = 1;
  if (rank <= 4 !== into.rank <= 4 && rank > into.rank) return;
  into.x += (x - into.x) / into.count;
  into.y += (y - into.y) / into.count;
  if (rank < into.rank) {
    into.rank = rank;
    into.acknowledged = acknowledged;
    into.slot = slot;
  } else if (rank === into.rank) {
    into.acknowledged &&= acknowledged;
  }
}

/** List slots inside a polygon of (lon, lat) corners. */
export function inside(picture: Picture, polygon: [number, number][], visible: (slot: number) => boolean): number[] {
  const found: number[] = [];
  for (let slot = 0; slot < picture.count; slot++) {
    if (visible(slot) && contains(polygon, picture.lon[slot]!, picture.lat[slot]!)) found.push(slot);
  }
  return found;
}

function contains(polygon: [number, number][], lon: number, lat: number): boolean {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

/** Return the pixels of a metre at a latitude and a zoom (512 px world). */
export function pixelsPerMetre(lat: number, zoom: number): number {
  return (512 * 2 ** zoom) / (40_075_016.686 * Math.cos((lat * Math.PI) / 180));
}
