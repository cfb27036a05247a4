/**
 * Actions kept on the seat until the core has them: on its disk before they leave, sent in order, each once.
 *
 * A line is in two places: localStorage, which every window of the seat reads at once, and the seat's disk, which a killed
 * browser had time to write. One window sends at a time. Every action sent here carries `local`, its identity on the seat: the core answers the same one again without a second
 * line, so that a lost answer, two windows or a crash double nothing.
 */

import { untrack } from 'svelte';

import { act, Refusal, type Done } from '../api/client';
import { disk } from '../store/disk';
import { live } from '../store/live.svelte';
import { session } from '../store/session.svelte';
import { notices } from './notice.svelte';

export interface Kept {
  /** Identity on the seat: the `local` of the action. */
  id: string;
  type: string;
  fields: Record<string, unknown>;
  /** *Heure des faits*, µs UTC. */
  happened_at: number;
  kept_at: number;
  /** Who wrote it: nobody else sends it in his name. */
  author: string;
  /** How the room calls it while it is « non transmis ». */
  said: string;
}

const PREFIX = 'beffroi.outbox.';
const SHELF = 'outbox/';
const LOCK = 'beffroi.outbox';
const RETRY_MS = 3_000;
/** Longer than the slowest answer: after it the same line is sent again, which the core knows by its `local`. */
const PATIENCE_MS = 10_000;
/** The core is there and cannot take this one: those behind it need not wait. */
const OWN_TROUBLE = new Set([500, 501]);

/** Return a new identity: the browser's own where the page is secure, random bits elsewhere. */
export function newLocal(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function readAll(): Kept[] {
  const found: Kept[] = [];
  for (let place = 0; place < localStorage.length; place++) {
    const key = localStorage.key(place);
    if (!key?.startsWith(PREFIX)) continue;
    try {
      found.push(JSON.parse(localStorage.getItem(key) ?? '') as Kept);
    } catch {
      // half a line of a crashed disk: nothing of it can be sent
    }
  }
  return found.sort((a, b) => a.kept_at - b.kept_at || (a.id < b.id ? -1 : 1));
}

/** Bring back the lines that a killed browser had on the disk only; called once before the desk opens. */
export async function openOutbox(): Promise<void> {
  const shelved = await disk.list<Kept>(SHELF).catch(() => []);
  for (const [, kept] of shelved) {
    if (localStorage.getItem(PREFIX + kept.id) === null) localStorage.setItem(PREFIX + kept.id, JSON.stringify(kept));
  }
  outbox.refresh();
}

/** Tell whether the core may still take it later: nobody answered, nobody is signed in, or it cannot keep anything now. */
export function mayComeLater(error: unknown): boolean {
  return error instanceof Refusal && (error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500);
}

class Outbox {
  /** What waits, oldest first, whoever wrote it. */
  waiting = $state.raw<Kept[]>(readAll());
  #sending: Promise<void> | null = null;
  #answers = new Map<string, (done: Done | null) => void>();
  #channel: BroadcastChannel | null = null;

  /** What waits of one action type. */
  of(type: string): Kept[] {
    return this.waiting.filter((kept) => kept.type === type);
  }

  /** Read the disk again: another window of the seat may have written or sent. */
  refresh(): void {
    this.waiting = readAll();
  }

  /**
   * Ask an action, now or as soon as the core is back. Returns its answer, or null while it is kept « non transmis » or
   * when it was refused (said to the operator).
   */
  async send(type: string, fields: Record<string, unknown>, happenedAt: number, said: string): Promise<Done | null> {
    const id = newLocal();
    const kept: Kept = {
      id, type, fields: { ...fields, local: id }, happened_at: Math.round(happenedAt), kept_at: Date.now(), author: session.id, said,
    };
    localStorage.setItem(PREFIX + id, JSON.stringify(kept));
    this.refresh();
    await disk.keep([[SHELF + id, kept]], true).catch(() => undefined);
    if (live.lost) return null;
    const answered = new Promise<Done | null>((resolve) => this.#answers.set(id, resolve));
    void this.flush();
    return answered;
  }

  /** Send what waits of this person, oldest first; stops at the first silence, drops what is refused and says why. */
  flush(): Promise<void> {
    this.#sending ??= this.#alone(() => this.#run()).finally(() => (this.#sending = null));
    return this.#sending;
  }

  /** One window of the seat sends at a time: the order is kept and nothing leaves twice. */
  async #alone(work: () => Promise<void>): Promise<void> {
    if (navigator.locks) await navigator.locks.request(LOCK, work);
    else await work();
  }

  async #run(): Promise<void> {
    const stuck = new Set<string>();
    for (;;) {
      this.refresh();
      const next = this.waiting.find((kept) => kept.author === session.id && !stuck.has(kept.id));
      if (!next || live.lost || !session.id) break;
      let done: Done | null = null;
      try {
        done = await act(next.type, next.fields, next.happened_at, PATIENCE_MS);
      } catch (error) {
        if (error instanceof Refusal && OWN_TROUBLE.has(error.status)) {
          stuck.add(next.id);
          continue;
        }
        if (mayComeLater(error)) break;
        notices.refused(error);
      }
      await this.#settle(next.id, done);
    }
    this.refresh();
    for (const id of [...this.#answers.keys()]) this.#answer(id, null);
  }

  async #settle(id: string, done: Done | null): Promise<void> {
    localStorage.removeItem(PREFIX + id);
    this.#answer(id, done);
    this.#channel?.postMessage({ id, done });
    await disk.forget(SHELF + id).catch(() => undefined);
  }

  #answer(id: string, done: Done | null): void {
    this.#answers.get(id)?.(done);
    this.#answers.delete(id);
  }

  /** Follow the other windows and the return of the core until told to stop. */
  start(): () => void {
    const heard = (event: StorageEvent) => event.key?.startsWith(PREFIX) && this.refresh();
    const look = () => !live.lost && live.started && this.waiting.length && void this.flush();
    window.addEventListener('storage', heard);
    if ('BroadcastChannel' in window) {
      this.#channel = new BroadcastChannel(LOCK);
      this.#channel.onmessage = (event: MessageEvent<{ id: string; done: Done | null }>) => this.#answer(event.data.id, event.data.done);
    }
    const timer = setInterval(look, RETRY_MS);
    const end = $effect.root(() => {
      $effect(() => {
        if (!live.lost && live.started && session.id) untrack(() => void this.flush());
      });
    });
    return () => {
      window.removeEventListener('storage', heard);
      this.#channel?.close();
      clearInterval(timer);
      end();
    };
  }
}

export const outbox = new Outbox();
