/** Weeks of the city's calendar and what copying one into the next means: pure. */

import { fromLocal, toLocal } from '../../ui/format';

export interface Slot {
  contact: string;
  begin: number;
  end: number;
}

const DAY_MS = 86_400_000;

/** Return the first instant of the Monday of a week, `weeks` later. */
export function monday(at: number, zone: string, weeks = 0): number {
  const today = Date.parse(`${toLocal(at, zone).slice(0, 10)}T00:00Z`);
  const since = (new Date(today).getUTCDay() + 6) % 7;
  return fromLocal(`${new Date(today - since * DAY_MS + weeks * 7 * DAY_MS).toISOString().slice(0, 10)}T00:00`, zone);
}

/** Return the same local time, some calendar days later: 08:00 stays 08:00 through the clock changes. */
export function later(at: number, days: number, zone: string): number {
  const local = toLocal(at, zone);
  const day = new Date(Date.parse(`${local.slice(0, 10)}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
  return fromLocal(`${day}${local.slice(10)}`, zone);
}

/** Return the turns that bring last week into this one, cut at its edges. */
export function copied(lastWeek: Slot[], begin: number, end: number, zone: string): Slot[] {
  return lastWeek
    .map((slot) => ({ contact: slot.contact, begin: Math.max(begin, later(slot.begin, 7, zone)), end: Math.min(end, later(slot.end, 7, zone)) }))
    .filter((slot) => slot.begin < slot.end);
}
