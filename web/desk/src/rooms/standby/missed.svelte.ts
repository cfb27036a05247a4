/** What happened while the core was away, told at its return. */

import { gather, type Tell, type Told } from '../../shell/rooms';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { topics, type RowsBefore } from '../../store/topics.svelte';
import { compare } from './compare';

export interface Absence {
  /** Whose eyes it is for. */
  account: string;
  since: number;
  until: number;
  total: number;
  lines: Told[];
}

class Missed {
  last = $state.raw<Absence | null>(null);
  /** The last absence, for who was there. */
  absence = $derived(this.last?.account === session.id ? this.last : null);
  /** Nobody opened or closed the band yet. */
  unread = $state(false);

  /** Follow the returns of the core until told to stop. */
  start(): () => void {
    live.whenBack = (before, since) => this.#tell(before, since);
    return () => (live.whenBack = null);
  }

  #tell(before: RowsBefore, since: number): void {
    const tellers = Object.assign({}, ...gather((room) => (room.changes ? [room.changes] : []))) as Record<string, Tell>;
    const { total, lines } = compare(before, topics.remember(), tellers);
    this.last = { account: session.id, since, until: live.serverAt, total, lines };
    this.unread = true;
  }
}

export const missed = new Missed();
