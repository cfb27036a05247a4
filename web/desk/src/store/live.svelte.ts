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

/** A link that fails so many times in a row may be refused to us: the session ended during the outage. */
const DOUBT_AFTER = 3;
/** Nobody takes longer to sit down: after it the session that ended was ours. */
const CHANGE_MS = 20_000;
const SESSION_ENDED = new Set([1008, 4401, 4403]);

/** Places are fetched again at most this often. */
const REPLACE_MS = 5_000;

class Live {
  /** City time of the last frame, µs UTC, and the local instant it came. */
  serverAt = $state(0);
  lost = $state(false);
  lostSince = $state(0);
  /** Called at each return with the rows as they froze, and when that was: what was missed is told from them. */
  whenBack: ((before: RowsBefore, since: number) => void) | null = null;
  /** Called when the link fails again and again: the core may be there and know us no more. */
  whenRefused: (() => void) | null = null;
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
  #failures = 0;
  /** A change of person is under way: the session that ends is the one that leaves. */
  #changing = false;
  /** The session ended during a change of person. */
  #goodbye = false;
  #change: ReturnType<typeof setTimeout> | undefined;
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

  get changing(): boolean {
    return this.#changing;
  }

  /** Somebody else is about to sit here; given up by itself when nothing comes of it. */
  beginChange(): void {
    this.#changing = true;
    clearTimeout(this.#change);
    this.#change = setTimeout(() => this.endChange(), CHANGE_MS);
  }

  /** Nobody else sits down after all: a session that ended meanwhile was ours. */
  endChange(): void {
    clearTimeout(this.#change);
    this.#changing = false;
    if (this.#goodbye) this.#endSession();
  }

  #endSession(): void {
    this.#goodbye = false;
    this.sessionEnded = true;
    this.#lose();
  }

  start(account: string): void {
    this.stop();
    this.sessionEnded = this.#goodbye = this.#changing = false;
    this.#failures = 0;
    this.#worker = new FeedWorker();
    this.#worker.onmessage = (event: MessageEvent<FromWorker>) => this.#receive(event.data);
    this.#send({ kind: 'start', origin: location.origin, account });
    this.#heardMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), 500);
  }

  /** Go on with the rights of who sits down now: the picture stays until their own comes. */
  renew(account: string): void {
    this.sessionEnded = this.#goodbye = false;
    // the old session's socket may say goodbye a moment after the new one is there
    clearTimeout(this.#change);
    this.#change = setTimeout(() => (this.#changing = this.#goodbye = false), LOST_MS);
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
    if (message.kind === 'closed') return this.#closed(message.code);
    if (message.kind !== 'frame') return;
    const { frame } = message;
    this.#failures = 0;
    const before = this.lost && this.lostSince ? topics.remember() : null;
    const since = this.lostSince;
    this.#heardMs = this.#frameMs = performance.now();
    this.serverAt = frame.header.at;
    this.lost = false;
    this.started = true;
    this.#takeHealth(frame.header.health);
    topics.take(frame.header);
    this.now = this.cityNow();
    // the ear first: what is acknowledged is silent before anything is drawn
    this.whenFrame?.();
    if (before) this.#back(before, since);
    const strangers = picture.takeLamps(frame.lamps);
    if (strangers || frame.header.rows?.imports?.length) this.#refreshPositions();
    picture.takeMoves(frame.moves);
  }

  #closed(code: number): void {
    if (SESSION_ENDED.has(code)) {
      const away = this.lost;
      if (this.#changing) this.#goodbye = true;
      else this.#endSession();
      // over under the eyes, the picture stays with a band; over during an outage there is only the sign-in to show
      if (away && !this.#changing) this.whenRefused?.();
      return;
    }
    this.#lose();
    if (++this.#failures % DOUBT_AFTER === 0 && !this.#changing) this.whenRefused?.();
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
