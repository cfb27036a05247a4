/** The standby pack on the seat's disk: made by the core each hour for who holds the seat, opened without it. */

import { get, request } from '../../api/client';
import { i18n } from '../../i18n/index.svelte';
import { disk } from '../../store/disk';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';

export interface Section {
  name: string;
  title: string;
  columns: string[];
  rows: string[][];
  empty: string;
  left_out: number;
  personal: boolean;
}

export interface Form {
  name: string;
  title: string;
  fields: string[];
  columns: string[];
  lines: number;
}

export interface Pack {
  made_at: number;
  until: number;
  made: string;
  ends: string;
  reader: string;
  title: string;
  warning: string;
  lang: string;
  simulated: boolean;
  sections: Section[];
  forms: Form[];
}

interface Kept {
  account: string;
  pack: Pack;
  /** The same as one page that needs nothing else. */
  page: string;
}

const KEY = 'pack/now';
const LOCK = 'beffroi.pack';
const HOUR = 3_600_000_000;
const LOOK_MS = 5_000;
/** A city at a rehearsal's pace has short hours: the core is not asked more often than this. */
const LEAST_MS = 60_000;

class StandbyPack {
  kept = $state.raw<Kept | null>(null);
  busy = $state(false);
  failed = $state(false);
  #asked = -Infinity;

  /** Keep the pack fresh until told to stop. */
  start(): () => void {
    void this.#read().then(() => this.#look());
    const timer = setInterval(() => void this.#look(), LOOK_MS);
    return () => clearInterval(timer);
  }

  async #read(): Promise<void> {
    const kept = await disk.find<Kept>(KEY).catch(() => undefined);
    this.kept = kept && kept.account === session.id ? kept : null;
  }

  async #look(): Promise<void> {
    const now = live.cityNow();
    // another person sits here: what the one before may see leaves with him
    if (this.kept && this.kept.account !== session.id) {
      await this.#destroy();
      this.#asked = -Infinity;
    }
    if (this.kept && now > this.kept.pack.until) await this.#destroy();
    // another window of the seat may have it already
    if (this.#stale(now)) await this.#read();
    if (!this.#stale(now) || live.lost || !live.started || performance.now() - this.#asked < LEAST_MS) return;
    await this.refresh();
  }

  #stale(now: number): boolean {
    return !this.kept || Math.floor(now / HOUR) !== Math.floor(this.kept.pack.made_at / HOUR);
  }

  async #destroy(): Promise<void> {
    this.kept = null;
    await disk.forget(KEY).catch(() => undefined);
  }

  /** Ask the core for a pack and keep it; one window of the seat asks for all. */
  async refresh(): Promise<void> {
    this.#asked = performance.now();
    if (!navigator.locks) return this.#fetch();
    await navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? this.#fetch() : this.#read()));
  }

  async #fetch(): Promise<void> {
    this.busy = true;
    try {
      const [pack, page] = await Promise.all([
        get<Pack>(`/api/pack?lang=${i18n.lang}`), request(`/api/pack/print?lang=${i18n.lang}`).then((answer) => answer.text()),
      ]);
      this.kept = { account: session.id, pack, page };
      this.failed = false;
      await disk.keep([[KEY, this.kept]], true);
    } catch {
      this.failed = true;
    } finally {
      this.busy = false;
    }
  }

  /** Hand the page over as a file: what a seat without a browser still opens. */
  save(): void {
    if (!this.kept) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([this.kept.page], { type: 'text/html' }));
    link.download = `beffroi-${this.kept.pack.made.replace(/\D+/g, '-')}.html`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

export const standbyPack = new StandbyPack();
