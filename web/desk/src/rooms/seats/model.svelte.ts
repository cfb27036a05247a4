/** Desks and seats as the desk reads them (src/beffroi/seats/types.py). Times are µs UTC. */

import { get } from '../../api/client';
import type { Micros, Text } from '../../api/types';
import { say } from '../../i18n/index.svelte';
import { session } from '../../store/session.svelte';
import { topics } from '../../store/topics.svelte';

export interface DeskRow {
  id: string;
  rank: number;
  label: Text;
  trades: string[];
  state: 'idle' | 'held' | 'unheld';
  seat: string | null;
  since: Micros | null;
  unheld_since: Micros | null;
}

export interface Relief {
  id: string;
  seat: string;
  desks: string[];
  outgoing: string | null;
  begun_at: Micros;
  since: Micros;
  ticks: string[];
}

export interface SeatRow {
  id: string;
  name: string;
  account: string | null;
  since: Micros | null;
  beside: string | null;
  beside_until: Micros | null;
  desks: string[];
  relief: Relief | null;
}

export const desks = topics.of<DeskRow>('desks');
export const seats = topics.of<SeatRow>('seats');

class Here {
  /** The seat that this browser is, by the secret that it keeps; nothing before it is enrolled. */
  seat = $state.raw<string | null>(null);
  asked = $state(false);
  /** A chef de salle sits at a living seat. */
  chief = $state(false);
  /** What nobody's desk answers, or waited too long, sounds here: the core says so at each sign of life. */
  takes = $state(true);

  told({ chief, takes }: { chief: boolean; takes: boolean }): void {
    this.chief = chief;
    this.takes = takes;
  }

  /** Ask which seat this browser is. */
  async ask(): Promise<void> {
    const here = await get<{ seat: string | null }>('/api/seat').catch(() => null);
    if (here) this.seat = here.seat;
    this.asked = true;
  }

  /** The seat's row, once the feed brought it. */
  get row(): SeatRow | undefined {
    return seats.find(this.seat);
  }

  /** Desks held here, in the order of the room. */
  get held(): DeskRow[] {
    return listDesks().filter((desk) => desk.seat === this.seat && desk.seat !== null);
  }
}

export const here = new Here();

/** Every desk in the order of the room. */
export function listDesks(): DeskRow[] {
  return desks.list().sort((a, b) => a.rank - b.rank);
}

/** Every seat by name. */
export function listSeats(): SeatRow[] {
  return seats.list().sort((a, b) => a.name.localeCompare(b.name));
}

/** Desks whose holder no longer lives. */
export function unheld(): DeskRow[] {
  return listDesks().filter((desk) => desk.state === 'unheld');
}

/** Who is at a seat: the one beside is named during a relève. */
export function peopleOf(seat: SeatRow | undefined, now: Micros): string {
  if (!seat) return '';
  const beside = seat.beside && seat.beside_until && seat.beside_until > now ? seat.beside : null;
  return [seat.account, beside].filter((one) => one !== null).map((one) => session.nameOf(one)).join(' + ');
}

/** The name of a desk on screen. */
export function labelOf(name: string): string {
  return say(desks.find(name)?.label) || name;
}
