/**
 * Two to four linked windows of a seat: where each stood and what it showed is kept, so that after a crash one key brings
 * them back (browsers open no window that nobody asked for).
 */

import { disk } from '../store/disk';
import { remember } from '../store/memory';
import { openWindows, windowNumber } from '../store/seat';

export interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Kept {
  number: string;
  place: Place;
  /** Address of its page within the desk: #/lighting. */
  hash: string;
  at: number;
  /** When a person closed it, ms; a crash leaves none. */
  closed: number | null;
}

const PREFIX = 'window/';
const CLOSED = 'beffroi.window.closed.';
const LOOK_MS = 2_000;
const SAVE_MS = 500;
/** Windows closed within this time of each other went with the whole browser: they come back with it. */
const TOGETHER_MS = 4_000;
const NEW: Place = { left: 80, top: 60, width: 1200, height: 900 };

/**
 * Return the windows to bring back: those that a crash took, and those that closed together with this one (`closed` ms,
 * nothing when it did not close); what a person closed by itself stays closed.
 */
export function lost(kept: readonly Kept[], open: ReadonlySet<string>, own: string, closed: number | null): Kept[] {
  return kept
    .filter(({ number }) => number !== own && !open.has(number))
    .filter((one) => one.closed === null || (closed !== null && Math.abs(one.closed - closed) <= TOGETHER_MS))
    .sort((a, b) => Number(a.number) - Number(b.number));
}

function closedAt(number: string): number | null {
  return Number(localStorage.getItem(CLOSED + number)) || null;
}

class Windows {
  /** What may be brought back with one key. */
  missing = $state.raw<Kept[]>([]);
  /** The browser refused to open one: the same key again. */
  blocked = $state(false);
  open = $state.raw<ReadonlySet<string>>(new Set());
  #last = '';

  /** Keep this window's place and look after the others until told to stop. */
  start(): () => void {
    const closed = closedAt(windowNumber);
    localStorage.removeItem(CLOSED + windowNumber);
    void this.#find(closed);
    const looking = setInterval(() => void this.#look(), LOOK_MS);
    const saving = setInterval(() => this.#save(), SAVE_MS);
    const closing = () => remember(CLOSED + windowNumber, String(Date.now()));
    window.addEventListener('pagehide', closing);
    return () => {
      clearInterval(looking);
      clearInterval(saving);
      window.removeEventListener('pagehide', closing);
    };
  }

  async #find(closed: number | null): Promise<void> {
    const kept = (await disk.list<Kept>(PREFIX).catch(() => [])).map(([, one]) => ({ ...one, closed: closedAt(one.number) }));
    this.open = await openWindows();
    this.missing = lost(kept, this.open, windowNumber, closed);
    const own = kept.find(({ number }) => number === windowNumber);
    if (own && !location.hash && own.hash) location.hash = own.hash;
  }

  async #look(): Promise<void> {
    const open = await openWindows();
    if (open.size !== this.open.size || [...open].some((number) => !this.open.has(number))) this.open = open;
    if (this.missing.some(({ number }) => open.has(number))) this.missing = this.missing.filter(({ number }) => !open.has(number));
  }

  #save(): void {
    const place = { left: window.screenX, top: window.screenY, width: window.outerWidth, height: window.outerHeight };
    const said = JSON.stringify([place, location.hash]);
    if (said === this.#last || document.hidden) return;
    this.#last = said;
    const kept: Kept = { number: windowNumber, place, hash: location.hash, at: Date.now(), closed: null };
    void disk.keep([[PREFIX + windowNumber, kept]]).catch(() => undefined);
  }

  /** Open every window that was lost, as many as the browser allows; without any, a new one. */
  restore(): void {
    this.blocked = false;
    if (!this.missing.length) return this.more();
    for (const kept of this.missing) {
      if (!this.#open(kept.number, kept.place, kept.hash)) break;
      this.missing = this.missing.filter((one) => one !== kept);
    }
  }

  /** Open one more window of this seat. */
  more(): void {
    let number = 2;
    while (this.open.has(String(number)) || this.missing.some((one) => one.number === String(number))) number++;
    this.#open(String(number), NEW, location.hash);
  }

  #open(number: string, { left, top, width, height }: Place, hash: string): boolean {
    const opened = window.open(`/${hash}`, `beffroi-${number}`, `popup,left=${left},top=${top},width=${width},height=${height}`);
    this.blocked = !opened;
    return !!opened;
  }

  /** Leave them closed. */
  forget(): void {
    for (const { number } of this.missing) void disk.forget(PREFIX + number).catch(() => undefined);
    this.missing = [];
  }
}

export const windows = new Windows();
