/**
 * The last picture and rows as the feed told them, ready for the seat's disk: what a desk opened again while the core is
 * away starts from. Places of vehicles are not kept: finding the nearest crew leaves no track.
 */

import type { Frame } from './frame';

export interface Head {
  /** Whose eyes saw it: nobody else opens it. */
  account: string;
  /** City time of the last frame, µs UTC, and the city's pace. */
  at: number;
  rate: number;
  rehearsal: boolean;
  /** When it was kept, ms of the seat's clock. */
  wall: number;
}

export const PICTURE = 'picture/';
export const HEAD = `${PICTURE}head`;
export const LAMPS = `${PICTURE}lamps`;
export const ROWS = `${PICTURE}rows/`;

export type KeptRows = [id: string, row: unknown][];
export interface KeptLamps {
  index: Uint32Array;
  word: Uint32Array;
}

/** A topic larger than this is written at leisure. */
const LARGE_ROWS = 5_000;
const LARGE_EVERY = 10;

export class Keeper {
  #rows = new Map<string, Map<string, unknown>>();
  #lamps = new Map<number, number>();
  #dirty = new Set<string>();
  #lampsDirty = false;
  #at = 0;
  #rate = 1;
  #rehearsal = false;
  #saves = 0;
  /** What the last changes hold, until the disk has them. */
  #leaving: { topics: string[]; lamps: boolean } | null = null;

  constructor(readonly account: string) {}

  /** Follow one frame. */
  take({ header, lamps }: Frame): void {
    this.#at = header.at;
    const core = (header.health?.core ?? {}) as { rate?: number; rehearsal?: boolean };
    this.#rate = core.rate ?? this.#rate;
    this.#rehearsal = core.rehearsal ?? this.#rehearsal;
    if (header.snapshot) this.#empty();
    for (const [topic, rows] of Object.entries(header.rows ?? {})) {
      const held = this.#topic(topic);
      for (const row of rows) held.set(String(row.id), row.v);
      if (rows.length) this.#dirty.add(topic);
    }
    for (const [topic, ids] of Object.entries(header.gone ?? {})) {
      const held = this.#topic(topic);
      for (const id of ids) held.delete(String(id));
      if (ids.length) this.#dirty.add(topic);
    }
    for (let i = 0; i < lamps.index.length; i++) this.#lamps.set(lamps.index[i]!, lamps.word[i]!);
    this.#lampsDirty ||= lamps.index.length > 0;
  }

  #empty(): void {
    for (const topic of this.#rows.keys()) this.#dirty.add(topic);
    this.#rows.clear();
    this.#lamps.clear();
    this.#lampsDirty = true;
  }

  #topic(name: string): Map<string, unknown> {
    let held = this.#rows.get(name);
    if (!held) this.#rows.set(name, (held = new Map()));
    return held;
  }

  /** The disk refused the last changes: they leave with the next ones. */
  failed(): void {
    for (const topic of this.#leaving?.topics ?? []) this.#dirty.add(topic);
    this.#lampsDirty ||= this.#leaving?.lamps ?? false;
    this.#leaving = null;
  }

  /** Return what must be written to the disk since the last time; `all` whatever its size (the core just left). */
  changes(wall: number, all: boolean): [string, unknown][] {
    if (!this.#at) return [];
    this.#saves++;
    const head: Head = { account: this.account, at: this.#at, rate: this.#rate, rehearsal: this.#rehearsal, wall };
    const found: [string, unknown][] = [[HEAD, head]];
    for (const topic of [...this.#dirty]) {
      const rows = this.#topic(topic);
      if (rows.size > LARGE_ROWS && !all && this.#saves % LARGE_EVERY) continue;
      found.push([ROWS + topic, [...rows] satisfies KeptRows]);
      this.#dirty.delete(topic);
    }
    if (this.#lampsDirty) found.push([LAMPS, this.#columns()]);
    this.#leaving = { topics: found.flatMap(([key]) => (key.startsWith(ROWS) ? [key.slice(ROWS.length)] : [])), lamps: this.#lampsDirty };
    this.#lampsDirty = false;
    return found;
  }

  #columns(): KeptLamps {
    const index = new Uint32Array(this.#lamps.size);
    const word = new Uint32Array(this.#lamps.size);
    let at = 0;
    for (const [one, value] of this.#lamps) {
      index[at] = one;
      word[at++] = value;
    }
    return { index, word };
  }
}
