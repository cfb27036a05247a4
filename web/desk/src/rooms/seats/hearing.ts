/** Which seat hears what: pure decisions over who holds the desks. */

import type { Sounding } from '../../shell/ringing';

export interface HeldDesk {
  id: string;
  trades: readonly string[];
  state: 'idle' | 'held' | 'unheld';
  seat: string | null;
}

export interface Ear {
  /** The seat that this browser is; nothing when it is none. */
  seat: string | null;
  /** It takes what is the chef de salle's. */
  takes: boolean;
}

/**
 * Tell whether something sounds here: at the seats that hold its desk; when nobody living does, at the chef de salle's.
 * What concerns no desk is everybody's.
 */
export function hears(one: Sounding, trades: readonly string[], desks: readonly HeldDesk[], ear: Ear): boolean {
  if (one.chief) return ear.takes;
  if (!trades.length) return true;
  const answering = desks.filter((desk) => desk.trades.some((trade) => trades.includes(trade)));
  // cut from the core, the seat that held the desk still hears what it knows
  if (ear.seat !== null && answering.some((desk) => desk.seat === ear.seat)) return true;
  return answering.some((desk) => desk.state === 'held') ? false : ear.takes;
}
