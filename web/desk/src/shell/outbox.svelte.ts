/**
 * Actions kept on the seat until the core has them: on its disk before they leave, sent in order, each once. One that the
 * core refuses stays with its reason until its author tries again or gives it up: what a hand wrote is never thrown away.
 *
 * A line is in two places: localStorage, which every window of the seat reads at once, and the seat's disk, which a killed
 * browser had time to write. One window sends at a time. Every action sent here carries `local`, its identity on the seat: the core answers the same one again without a second
 * line, so that a lost answer, two windows or a crash double nothing.
 */

import { untrack } from 'svelte';

import { deliver, Refusal, type Done } from '../api/client';
import { t } from '../i18n/index.svelte';
import { disk } from '../store/disk';
import { live } from '../store/live.svelte';
import { session } from '../store/session.svelte';
import { explain, notices } from './notice.svelte';

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
  /** It could not leave when it was written: it will enter as « saisie différée ». */
  waited?: boolean;
  /** Why the core refused it: it waits for its author's hand, no longer for the core. */
  refused?: string;
}

/** What the core said of one, told to the window that waits for it. */
interface Answer {
  id: string;
  done: Done | null;
  refused?: string;
}

const PREFIX = 'beffroi.outbox.';
const SHELF = 'outbox/';
const LOCK = 'beffroi.outbox';
const RETRY_MS = 3_000;
const CONTACT_KEPT_MS = 86_400_000;
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

/** Lines that a full localStorage refused: in the hands of this window, and on the disk where it has room. */
const loose = new Map<string, Kept>();

function readAll(): Kept[] {
  const found: Kept[] = [...loose.values()];
  for (let place = 0; place < localStorage.length; place++) {
    const key = localStorage.key(place);
    if (!key?.startsWith(PREFIX) || loose.has(key.slice(PREFIX.length))) continue;
    try {
      found.push(JSON.parse(localStorage.getItem(key) ?? '') as Kept);
    } catch {
      // half a line of a crashed disk: nothing of it can be sent
    }
  }
  return found.sort((a, b) => a.kept_at - b.kept_at || (a.id < b.id ? -1 : 1));
}

/** Hold a line where every window of the seat reads it, or in this one; tells whether a reload would find it there. */
function hold(kept: Kept): boolean {
  loose.delete(kept.id);
  try {
    localStorage.setItem(PREFIX + kept.id, JSON.stringify(kept));
    return true;
  } catch {
    loose.set(kept.id, kept);
    return false;
  }
}

function drop(id: string): void {
  loose.delete(id);
  localStorage.removeItem(PREFIX + id);
}

/** Write what became of a line, in both places. */
function mark(kept: Kept): void {
  hold(kept);
  void disk.keep([[SHELF + kept.id, kept]]).catch(() => undefined);
}

/** Whom a refused line was about leaves after a day; its words stay for its author's hand. */
export function endContact(kept: Kept, now: number): Kept {
  if (!kept.refused || !('contact' in kept.fields) || now - kept.kept_at < CONTACT_KEPT_MS) return kept;
  const { contact: _, ...fields } = kept.fields;
  return { ...kept, fields };
}

function wait(kept: Kept): void {
  if (!kept.waited) mark({ ...kept, waited: true });
}

/** Return what is asked: when it was typed is said only of what waited. */
function asked({ fields, waited }: Kept): Record<string, unknown> {
  if (waited || !('typed_at' in fields)) return fields;
  const { typed_at: _, ...rest } = fields;
  return rest;
}

/** Bring back the lines that a killed browser had on the disk only; called once before the desk opens. */
export async function openOutbox(): Promise<void> {
  const shelved = await disk.list<Kept>(SHELF).catch(() => []);
  for (const [, kept] of shelved) {
    if (localStorage.getItem(PREFIX + kept.id) === null) hold(kept);
  }
  for (const kept of readAll()) wait(kept);
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
    return this.waiting.filter((kept) => kept.type === type && !kept.refused);
  }

  /** Tell whether it still waits for the core. */
  waits(id: string): boolean {
    return this.waiting.some((kept) => kept.id === id && !kept.refused);
  }

  #find(id: string): Kept | undefined {
    return this.waiting.find((kept) => kept.id === id);
  }

  /** Take back what was just refused, for a field that shows it again; tells whether it was refused. */
  takeBack(id: string): boolean {
    if (!this.#find(id)?.refused) return false;
    void this.giveUp(id);
    return true;
  }

  /** Send what was refused once more. */
  async again(id: string): Promise<void> {
    const kept = this.#find(id);
    if (!kept) return;
    const { refused: _, ...rest } = kept;
    mark({ ...rest, waited: true });
    this.refresh();
    await this.flush();
  }

  /** Throw a line away: its author read why it was refused. */
  async giveUp(id: string): Promise<void> {
    await this.#settle(id, null);
  }

  /** Read the disk again: another window of the seat may have written or sent. */
  refresh(): void {
    this.waiting = readAll().map((kept) => {
      const left = endContact(kept, Date.now());
      if (left !== kept) mark(left);
      return left;
    });
  }

  /**
   * Ask an action, now or as soon as the core is back. Returns its answer, or null while it is kept « non transmis » or
   * when it was refused (said to the operator). Refused at once it is forgotten: a key is pressed again. Whoever gives
   * its identity has words in it: they stay, « refusé », unless `takeBack` brings them back under the hands. So does what
   * cannot leave now and finds no room on the seat.
   */
  async send(type: string, fields: Record<string, unknown>, happenedAt: number, said: string, words = ''): Promise<Done | null> {
    const id = words || newLocal();
    const kept: Kept = {
      id, type, fields: { ...fields, local: id }, happened_at: Math.round(happenedAt), kept_at: Date.now(), author: session.id, said, waited: live.lost,
    };
    // from here another call may send it with what waits
    const answered = new Promise<Done | null>((resolve) => this.#answers.set(id, resolve));
    const held = hold(kept);
    this.refresh();
    const safe = await disk.keep([[SHELF + id, kept]], true).then(() => true, () => held);
    if (live.lost) this.#answer(id, null);
    else if (this.#answers.has(id)) void this.flush();
    const done = await answered;
    if (!done && !safe && this.waits(id)) this.#refuse(kept, new Error(t('refused.full')));
    if (!done && !words) this.takeBack(id);
    return done;
  }

  /** Send what waits of this person, oldest first; stops at the first silence, sets what is refused aside and says why. */
  flush(): Promise<void> {
    if (this.#sending) return this.#sending;
    const sending = (this.#sending = this.#alone(() => this.#run()));
    const ended = () => void (this.#sending === sending && this.#over());
    sending.then(ended, ended);
    return sending;
  }

  /** What is written from here on is sent by another run: this one has looked for the last time. */
  #over(): void {
    this.#sending = null;
    this.refresh();
    for (const id of [...this.#answers.keys()]) this.#answer(id, null);
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
      const next = this.waiting.find((kept) => kept.author === session.id && !kept.refused && !stuck.has(kept.id));
      // a locked seat does nothing: the core would refuse them all
      if (!next || live.lost || !session.id || session.locked) break;
      try {
        await this.#settle(next.id, await deliver(next.type, asked(next), next.happened_at));
      } catch (error) {
        if (error instanceof Refusal && OWN_TROUBLE.has(error.status)) {
          stuck.add(next.id);
          continue;
        }
        if (mayComeLater(error)) {
          wait(next);
          break;
        }
        this.#refuse(next, error);
      }
    }
    this.#over();
  }

  async #settle(id: string, done: Done | null): Promise<void> {
    drop(id);
    this.refresh();
    this.#answer(id, done);
    this.#channel?.postMessage({ id, done } satisfies Answer);
    await disk.forget(SHELF + id).catch(() => undefined);
  }

  #refuse(kept: Kept, error: unknown): void {
    const refused = explain(error);
    notices.refused(error);
    mark({ ...kept, refused });
    this.refresh();
    this.#answer(kept.id, null);
    this.#channel?.postMessage({ id: kept.id, done: null, refused } satisfies Answer);
  }

  #answer(id: string, done: Done | null): void {
    this.#answers.get(id)?.(done);
    this.#answers.delete(id);
  }

  /** Follow the other windows and the return of the core until told to stop. */
  start(): () => void {
    const heard = (event: StorageEvent) => event.key?.startsWith(PREFIX) && this.refresh();
    const look = () => !live.lost && live.started && !session.locked && this.waiting.length && void this.flush();
    window.addEventListener('storage', heard);
    if ('BroadcastChannel' in window) {
      this.#channel = new BroadcastChannel(LOCK);
      this.#channel.onmessage = (event: MessageEvent<Answer>) => {
        const { id, done, refused } = event.data;
        if (!refused) loose.delete(id);
        this.refresh();
        if (refused && this.#answers.has(id)) notices.refused(new Error(refused));
        this.#answer(id, done);
      };
    }
    const timer = setInterval(look, RETRY_MS);
    const end = $effect.root(() => {
      $effect(() => {
        if (!live.lost && live.started && session.id && !session.locked) untrack(() => void this.flush());
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
