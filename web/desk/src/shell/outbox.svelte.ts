/**
 * Actions kept on the seat until the core has them: on its disk before they leave, sent in order, each once.
 *
 * Every action sent here carries `local`, its identity on the seat: the core answers the same one again without a second
 * line, so that a lost answer, two windows or a crash double nothing.
 */

import { untrack } from 'svelte';

import { act, Refusal, type Done } from '../api/client';
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
const RETRY_MS = 3_000;

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

/** Tell whether the core may still take it later: nobody answered, nobody is signed in, or it cannot keep anything now. */
export function mayComeLater(error: unknown): boolean {
  return error instanceof Refusal && (error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500);
}

class Outbox {
  /** What waits, oldest first, whoever wrote it. */
  waiting = $state.raw<Kept[]>(readAll());
  #sending: Promise<void> | null = null;
  #answers = new Map<string, (done: Done | null) => void>();

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
    if (live.lost) return null;
    const answered = new Promise<Done | null>((resolve) => this.#answers.set(id, resolve));
    void this.flush();
    return answered;
  }

  /** Send what waits of this person, oldest first; stops at the first silence, drops what is refused and says why. */
  flush(): Promise<void> {
    this.#sending ??= this.#run().finally(() => (this.#sending = null));
    return this.#sending;
  }

  async #run(): Promise<void> {
    for (;;) {
      this.refresh();
      const next = this.waiting.find((kept) => kept.author === session.id);
      if (!next || live.lost || !session.id) break;
      let done: Done | null = null;
      try {
        done = await act(next.type, next.fields, next.happened_at);
      } catch (error) {
        if (mayComeLater(error)) break;
        notices.refused(error);
      }
      localStorage.removeItem(PREFIX + next.id);
      this.#answers.get(next.id)?.(done);
      this.#answers.delete(next.id);
    }
    this.refresh();
    for (const [id, answer] of this.#answers) {
      answer(null);
      this.#answers.delete(id);
    }
  }

  /** Follow the other windows and the return of the core until told to stop. */
  start(): () => void {
    const heard = (event: StorageEvent) => event.key?.startsWith(PREFIX) && this.refresh();
    const look = () => !live.lost && live.started && this.waiting.length && void this.flush();
    window.addEventListener('storage', heard);
    const timer = setInterval(look, RETRY_MS);
    const end = $effect.root(() => {
      $effect(() => {
        if (!live.lost && live.started && session.id) untrack(() => void this.flush());
      });
    });
    return () => {
      window.removeEventListener('storage', heard);
      clearInterval(timer);
      end();
    };
  }
}

export const outbox = new Outbox();
