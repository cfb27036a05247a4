/** Rows of the feed by topic: plain maps, one version signal each, told to the screen at most once a frame. */

import type { FrameHeader } from '../feed/frame';

/** Above this many rows, lists are redrawn at most four times a second. */
const LARGE = 4_000;
const LARGE_PAUSE_MS = 250;
const QUIET_MS = 50;

export class Topic<T> {
  readonly rows = new Map<string, T>();
  /** When what is read of a row last changed while we watched, by performance.now(); bounded by what is on screen. */
  readonly touched = new Map<string, number>();
  /** What a line says of a row, apart from its counts and ages; where a room does not tell, any change is one. */
  reads: ((row: T) => string) | null = null;
  #version = $state(0);
  #told = 0;
  #dirty = false;
  #revision = 0;

  /** The version to depend on; grows when rows changed. */
  get version(): number {
    return this.#version;
  }

  /** Grows with the rows themselves, before the screen is told: for what must not wait for a drawing. */
  get revision(): number {
    return this.#revision;
  }

  /** Rows changed: the screen is told at the next flush. */
  mark(): void {
    this.#dirty = true;
    this.#revision++;
  }

  /** Return every row; the caller depends on the version. */
  list(): T[] {
    void this.#version;
    return [...this.rows.values()];
  }

  /** Return the row of an identifier or nothing; the caller depends on the version. */
  find(id: string | null | undefined): T | undefined {
    void this.#version;
    return id === null || id === undefined ? undefined : this.rows.get(id);
  }

  /** Take a row that changed while we watched. */
  change(id: string, row: T, now: number): void {
    const known = this.rows.get(id);
    this.rows.set(id, row);
    if (!this.reads || known === undefined || this.reads(known) !== this.reads(row)) this.touched.set(id, now);
  }

  get size(): number {
    void this.#version;
    return this.rows.size;
  }

  /** Tell dependants; returns false when a large topic was told a moment ago. */
  flush(now: number): boolean {
    if (!this.#dirty) return true;
    if (this.rows.size > LARGE && now - this.#told < LARGE_PAUSE_MS) return false;
    this.#dirty = false;
    this.#told = now;
    this.#version++;
    return true;
  }
}

/** Rows by topic as they stood at one instant. */
export type RowsBefore = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

export class Topics {
  #topics = new Map<string, Topic<unknown>>();
  #waiting = false;
  #told = -Infinity;

  /** Return the topic of that name, empty at first. */
  of<T>(name: string): Topic<T> {
    let topic = this.#topics.get(name);
    if (!topic) {
      topic = new Topic<unknown>();
      this.#topics.set(name, topic);
    }
    return topic as Topic<T>;
  }

  /** Take a frame's rows and departures; a snapshot replaces everything. Returns how many rows changed. */
  take(header: FrameHeader): number {
    let changed = 0;
    if (header.snapshot) {
      for (const topic of this.#topics.values()) {
        topic.rows.clear();
        topic.touched.clear();
        topic.mark();
      }
    }
    for (const [name, rows] of Object.entries(header.rows ?? {})) {
      const topic = this.of(name);
      const now = performance.now();
      for (const row of rows) {
        if (header.snapshot) topic.rows.set(String(row.id), row.v);
        else topic.change(String(row.id), row.v, now);
      }
      if (rows.length) topic.mark();
      changed += rows.length;
    }
    for (const [name, ids] of Object.entries(header.gone ?? {})) {
      const topic = this.of(name);
      for (const id of ids) {
        topic.rows.delete(String(id));
        topic.touched.delete(String(id));
      }
      if (ids.length) topic.mark();
      changed += ids.length;
    }
    if (changed || header.snapshot) this.#schedule();
    return changed;
  }

  /** Return the rows as they stand; rows are never changed in place, so the maps are enough. */
  remember(): RowsBefore {
    return new Map([...this.#topics].map(([name, topic]) => [name, new Map(topic.rows)]));
  }

  /** Take rows from the seat's disk. */
  restore(kept: ReadonlyMap<string, [string, unknown][]>): void {
    for (const [name, rows] of kept) {
      const topic = this.of(name);
      for (const [id, row] of rows) topic.rows.set(id, row);
      topic.mark();
    }
    this.#schedule();
  }

  /** At most once a drawing; after a quiet moment at once, so that a line never waits for the map to be drawn. */
  #schedule(): void {
    if (this.#waiting) return;
    if (performance.now() - this.#told >= QUIET_MS) return this.#run();
    this.#waiting = true;
    // a hidden tab has no animation frame, yet its sound and title must go on
    if (document.hidden) setTimeout(() => this.#run(), 50);
    else requestAnimationFrame(() => this.#run());
  }

  #run(): void {
    this.#waiting = false;
    const now = (this.#told = performance.now());
    let pending = false;
    for (const topic of this.#topics.values()) pending = !topic.flush(now) || pending;
    if (pending) setTimeout(() => this.#schedule(), LARGE_PAUSE_MS / 2);
  }
}

export const topics = new Topics();
