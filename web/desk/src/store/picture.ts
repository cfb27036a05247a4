/** The live picture: positions once, states by asset index, in arrays that go straight to the graphics card. */

import type { Lamps, Moves } from '../feed/frame';

export const STATE = {
  unknown: 0, lit: 1, off: 2, fault: 3, stale: 4, untelemanaged: 5, locked: 6, noMains: 7, dayBurner: 8, dark: 9,
  ok: 10, alarm: 11,
} as const;

export const FLAG = {
  // above them, from 2048 on, what is left of an override in thirty-firsts: the shader's ring
  forced: 1, consigned: 2, critical: 4, high: 8, medium: 16, low: 32, acknowledged: 64, simulated: 128, cut: 256,
  shelved: 512, work: 1024,
} as const;

const POSITION_BYTES = 16;
const NOWHERE = -1;

/** Return the spherical Mercator x of a longitude, 0..1 over the world. */
export function mercatorX(lon: number): number {
  return lon / 360 + 0.5;
}

/** Return the spherical Mercator y of a latitude, 0..1 from north to south. */
export function mercatorY(lat: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
}

export class Picture {
  count = 0;
  /** Asset index by slot, and slot by asset index. */
  index = new Uint32Array(0);
  #slots = new Int32Array(0);
  lon = new Float32Array(0);
  lat = new Float32Array(0);
  kind = new Uint16Array(0);
  commune = new Uint16Array(0);
  /** Reference of the relative coordinates: float32 keeps centimetres around it. */
  origin: [number, number] = [0.5, 0.5];
  /** Mercator coordinates relative to the origin, x then y. */
  xy = new Float32Array(0);
  /** One word an asset: state, level, flags (the shader's attribute). */
  word = new Uint32Array(0);
  heading = new Uint16Array(0);
  /** Grows with every change. */
  version = 0;
  #early = new Map<number, number>();
  #listeners = new Set<(what: 'all' | 'states' | 'positions') => void>();

  /** Take the answer of /api/map/positions; states already known by index are kept. */
  load(buffer: ArrayBuffer): void {
    const view = new DataView(buffer);
    const count = view.getUint32(0, true);
    const before = this.#snapshot();
    this.#allocate(count);
    let highest = 0;
    for (let slot = 0, at = 4; slot < count; slot++, at += POSITION_BYTES) {
      this.index[slot] = view.getUint32(at, true);
      highest = Math.max(highest, this.index[slot]!);
      this.lon[slot] = view.getFloat32(at + 4, true);
      this.lat[slot] = view.getFloat32(at + 8, true);
      this.kind[slot] = view.getUint16(at + 12, true);
      this.commune[slot] = view.getUint16(at + 14, true);
    }
    this.#slots = new Int32Array(highest + 1).fill(NOWHERE);
    for (let slot = 0; slot < count; slot++) this.#slots[this.index[slot]!] = slot;
    this.#place();
    for (const [index, word] of before) this.#setWord(index, word);
    for (const [index, word] of this.#early) this.#setWord(index, word);
    this.#early.clear();
    this.#tell('all');
  }

  #snapshot(): [number, number][] {
    return Array.from(this.index.subarray(0, this.count), (index, slot) => [index, this.word[slot]!]);
  }

  #allocate(count: number): void {
    this.count = count;
    this.index = new Uint32Array(count);
    this.lon = new Float32Array(count);
    this.lat = new Float32Array(count);
    this.kind = new Uint16Array(count);
    this.commune = new Uint16Array(count);
    this.xy = new Float32Array(count * 2);
    this.word = new Uint32Array(count);
    this.heading = new Uint16Array(count);
  }

  #place(): void {
    let x = 0;
    let y = 0;
    let placed = 0;
    for (let slot = 0; slot < this.count; slot++) {
      if (!this.lon[slot] && !this.lat[slot]) continue;
      x += mercatorX(this.lon[slot]!);
      y += mercatorY(this.lat[slot]!);
      placed++;
    }
    this.origin = placed ? [x / placed, y / placed] : [0.5, 0.5];
    for (let slot = 0; slot < this.count; slot++) this.#project(slot);
  }

  #project(slot: number): void {
    this.xy[slot * 2] = mercatorX(this.lon[slot]!) - this.origin[0];
    this.xy[slot * 2 + 1] = mercatorY(this.lat[slot]!) - this.origin[1];
  }

  #setWord(index: number, word: number): void {
    const slot = this.slot(index);
    if (slot !== NOWHERE) this.word[slot] = word;
  }

  /** Return where an asset is now, a vehicle where it was last heard; nothing when it has no place. */
  placeOf(index: number): { lon: number; lat: number } | null {
    const slot = index < 0 ? NOWHERE : this.slot(index);
    const [lon, lat] = slot === NOWHERE ? [0, 0] : [this.lon[slot]!, this.lat[slot]!];
    return lon || lat ? { lon, lat } : null;
  }

  /** Return the slot of an asset index, -1 when it has no place. */
  slot(index: number): number {
    return index < this.#slots.length ? this.#slots[index]! : NOWHERE;
  }

  /** Bring states of a frame; returns how many were of assets without a known place. */
  takeLamps(lamps: Lamps): number {
    const { index, word } = lamps;
    if (!index.length) return 0;
    let strangers = 0;
    for (let i = 0; i < index.length; i++) {
      if (this.slot(index[i]!) !== NOWHERE) {
        this.#setWord(index[i]!, word[i]!);
      } else {
        this.#early.set(index[i]!, word[i]!);
        strangers += this.count > 0 ? 1 : 0;
      }
    }
    this.#tell('states');
    return strangers;
  }

  /** Bring moves of a frame. */
  takeMoves(moves: Moves): void {
    let moved = false;
    for (let i = 0; i < moves.index.length; i++) {
      const slot = this.slot(moves.index[i]!);
      if (slot === NOWHERE) continue;
      this.lon[slot] = moves.lon[i]!;
      this.lat[slot] = moves.lat[i]!;
      this.heading[slot] = moves.heading[i]!;
      this.#project(slot);
      moved = true;
    }
    if (moved) this.#tell('positions');
  }

  /** Call back after changes; returns how to stop. */
  listen(callback: (what: 'all' | 'states' | 'positions') => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  #tell(what: 'all' | 'states' | 'positions'): void {
    this.version++;
    for (const callback of this.#listeners) callback(what);
  }

  /** Return the mean place of a commune's assets, or nothing when it has none. */
  centreOf(commune: number): { lon: number; lat: number } | null {
    let lon = 0;
    let lat = 0;
    let found = 0;
    for (let slot = 0; slot < this.count; slot++) {
      if (this.commune[slot] !== commune || (!this.lon[slot] && !this.lat[slot])) continue;
      lon += this.lon[slot]!;
      lat += this.lat[slot]!;
      found++;
    }
    return found ? { lon: lon / found, lat: lat / found } : null;
  }

  state(slot: number): number {
    return this.word[slot]! & 0xff;
  }

  level(slot: number): number {
    return (this.word[slot]! >>> 8) & 0xff;
  }

  flags(slot: number): number {
    return this.word[slot]! >>> 16;
  }

  /** Count the slots that bear a flag. */
  marked(flag: number): number {
    let found = 0;
    for (let slot = 0; slot < this.count; slot++) found += this.flags(slot) & flag ? 1 : 0;
    return found;
  }

  /** Count slots of some kinds by state: twelve figures. */
  tally(kinds: ReadonlySet<number> | null): Uint32Array {
    const counts = new Uint32Array(16);
    for (let slot = 0; slot < this.count; slot++) {
      if (kinds && !kinds.has(this.kind[slot]!)) continue;
      const state = this.word[slot]! & 0xff;
      counts[state < 16 ? state : 0]!++;
    }
    return counts;
  }
}

export const picture = new Picture();
