/** What happened while the core was away, told at its return; on the seat's disk until somebody else's session or a day. */

import { untrack } from 'svelte';

import { gather, type Tell } from '../../shell/rooms';
import { desk } from '../../store/desk.svelte';
import { disk } from '../../store/disk';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { MISSED } from '../../store/standby';
import { topics, type RowsBefore } from '../../store/topics.svelte';
import { merge, type Absence } from './absence';
import { compare } from './compare';

interface Kept {
  absence: Absence;
  unread: boolean;
  /** When it was kept, ms of the seat's clock. */
  wall: number;
}

const DAY_MS = 86_400_000;

class Missed {
  last = $state.raw<Absence | null>(null);
  /** The last absence, for who was there. */
  absence = $derived(this.last?.account === session.id ? this.last : null);
  /** Nobody opened or closed the band yet. */
  unread = $state(false);
  /** The core is back and nothing was missed. */
  nothing = $state(false);
  #account = '';

  /** Follow the returns of the core, and who sits here, until told to stop. */
  start(): () => void {
    live.whenBack = (before, since) => this.#tell(before, since);
    void this.#open(session.id);
    const end = $effect.root(() => {
      $effect(() => {
        const account = session.id;
        untrack(() => void this.#open(account));
      });
    });
    return () => {
      end();
      live.whenBack = null;
    };
  }

  /** Somebody opened or closed the band. */
  read(): void {
    this.unread = this.nothing = false;
    this.#keep();
  }

  async #open(account: string): Promise<void> {
    if (account === this.#account) return;
    this.#account = account;
    this.last = null;
    this.unread = this.nothing = false;
    const kept = await disk.find<Kept>(MISSED + account).catch(() => undefined);
    // the core may have come back while the disk was read
    if (!kept || this.absence || session.id !== account || Date.now() - kept.wall > DAY_MS) return;
    this.last = kept.absence;
    this.unread = kept.unread;
  }

  #tell(before: RowsBefore, since: number): void {
    const tellers = Object.assign({}, ...gather((room) => (room.changes ? [room.changes] : []))) as Record<string, Tell>;
    this.add({ account: session.id, since, until: live.serverAt, ...compare(before, topics.remember(), tellers) });
  }

  /** Take an absence: what was not read yet stays with it, and so does what is under the eyes. */
  add(came: Absence): void {
    const held = this.absence;
    const reading = desk.page === 'missed';
    if (!came.total) {
      // a hiccup takes nothing away from the list
      this.nothing = !this.unread;
      this.last = held ?? came;
      return;
    }
    this.last = held && (this.unread || reading) ? merge(held, came) : came;
    this.nothing = false;
    this.unread = true;
    this.#keep();
  }

  #keep(): void {
    const { absence, unread } = this;
    if (!absence?.total) return;
    void disk.keep([[MISSED + absence.account, { absence, unread, wall: Date.now() } satisfies Kept]]).catch(() => undefined);
  }
}

export const missed = new Missed();
