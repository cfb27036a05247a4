/** The link with the core as the screen knows it: clock, liveness, health, what was missed. */

import { get, getBytes, tellLimits } from '../api/client';
import type { FromWorker, ToWorker } from '../feed/worker';
import FeedWorker from '../feed/worker?worker';
import type { Standby } from './standby';
import { picture } from './picture';
import { topics, type RowsBefore } from './topics.svelte';

/** Past this silence the picture is old news: with the half second of the tick, 3 s at most (room.md moment 5). */
const LOST_MS = 2_300;

/** A rehearsal may have been made faster a moment before we are told. */
const FASTEST = 150;

/** Places are fetched again at most this often. */
const REPLACE_MS = 5_000;

class Live {
  /** City time of the last frame, µs UTC, and the local instant it came. */
  serverAt = $state(0);
  lost = $state(false);
  lostSince = $state(0);
  /** Called at each return with the rows as they froze, and when that was: what was missed is told from them. */
  whenBack: ((before: RowsBefore, since: number) => void) | null = null;
  /** Called at each frame: what must not wait for a timer that the browser holds back. */
  whenFrame: (() => void) | null = null;
  started = $state(false);
  health = $state.raw<Record<string, unknown>>({});
  rate = $state(1);
  rehearsal = $state(false);
  sessionEnded = $state(false);
  #worker: Worker | null = null;
  #heardMs = 0;
  #frameMs = 0;
  #placedMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #confirm: (() => void) | null = null;
  /** A change of person is under way: the session that ends is the one that leaves. */
  changing = false;
  now = $state(Date.now() * 1_000);

  /** City time now, µs UTC: the last frame's, carried on at the city's own rate. */
  cityNow(): number {
    if (!this.serverAt) return Date.now() * 1_000;
    return this.serverAt + (performance.now() - this.#frameMs) * 1_000 * this.rate;
  }

  /** Return the city time after so many ms, µs; nothing until the core told its clock and its pace. */
  limit(patienceMs: number): number | null {
    if (!this.serverAt || !this.health.core) return null;
    const margin = this.rehearsal ? FASTEST * 1_000_000 : 0;
    return Math.round(this.cityNow() + patienceMs * 1_000 * this.rate + margin);
  }

  start(account: string): void {
    this.stop();
    this.sessionEnded = false;
    this.#worker = new FeedWorker();
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => this.#receive(event.data);
    this.#send({ kind: 'start', origin: location.origin, account });
    this.#heardMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), 500);
  }

  /** Go on with the rights of who sits down now: the picture stays until their own comes. */
  renew(account: string): void {
    this.sessionEnded = false;
    // the old session's socket may say goodbye a moment after the new one is there
    setTimeout(() => (this.changing = false), LOST_MS);
    this.#heardMs = performance.now();
    this.#send({ kind: 'renew', account });
  }

  /** Show the desk as it froze and look for the core; `confirm` is called once at its return. */
  standBy(kept: Standby, confirm: () => void): void {
    this.start(kept.head.account);
    this.serverAt = kept.head.at;
    this.rate = kept.head.rate || 1;
    this.rehearsal = kept.head.rehearsal;
    // ages grow through the reload: the seat's own clock says how long it took
    this.#frameMs = performance.now() - Math.max(0, Date.now() - kept.head.wall);
    topics.restore(kept.rows);
    if (kept.lamps) picture.takeLamps(kept.lamps);
    this.started = this.lost = true;
    this.lostSince = kept.head.at;
    this.#confirm = confirm;
    this.now = this.cityNow();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
    this.started = false;
    this.lost = false;
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'closed') {
      if (this.changing && message.code === 4401) return;
      if (message.code === 1008 || message.code === 4401 || message.code === 4403) this.sessionEnded = true;
      this.#lose();
      return;
    }
    if (message.kind !== 'frame') return;
    const { frame } = message;
    const before = this.lost && this.lostSince ? topics.remember() : null;
    const since = this.lostSince;
    this.#heardMs = this.#frameMs = performance.now();
    this.serverAt = frame.header.at;
    this.lost = false;
    this.started = true;
    this.#takeHealth(frame.header.health);
    topics.take(frame.header);
    if (before) this.#back(before, since);
    const strangers = picture.takeLamps(frame.lamps);
    if (strangers || frame.header.rows?.imports?.length) this.#refreshPositions();
    picture.takeMoves(frame.moves);
    this.now = this.cityNow();
    this.whenFrame?.();
  }

  #back(before: RowsBefore, since: number): void {
    this.lostSince = 0;
    this.#confirm?.();
    this.#confirm = null;
    this.whenBack?.(before, since);
  }

  #takeHealth(health: Record<string, unknown> | undefined): void {
    if (!health) return;
    this.health = { ...this.health, ...health };
    const core = (health.core ?? {}) as { rate?: number; rehearsal?: boolean };
    if (core.rate && core.rate > 0) this.rate = core.rate;
    if (core.rehearsal !== undefined) this.rehearsal = core.rehearsal;
  }

  /** The register changed under the picture: fetch places again, not more often than every few seconds. */
  #refreshPositions(): void {
    if (performance.now() - this.#placedMs < REPLACE_MS) return;
    this.#placedMs = performance.now();
    void this.loadPositions().catch(() => undefined);
  }

  #lose(): void {
    if (this.lost || !this.started) return;
    this.lost = true;
    this.lostSince = this.cityNow();
  }

  #tick(): void {
    if (performance.now() - this.#heardMs > LOST_MS) this.#lose();
    this.now = this.cityNow();
  }

  /** Fetch where everything is. */
  async loadPositions(): Promise<void> {
    this.#placedMs = performance.now();
    picture.load(await getBytes('/api/map/positions'));
  }

  /** Fetch a sentence catalogue of the server. */
  async loadTexts(lang: string): Promise<Record<string, string>> {
    return get<Record<string, string>>(`/api/texts/${lang}`);
  }
}

export const live = new Live();
tellLimits((patienceMs) => live.limit(patienceMs));
