/** Times as operators type them: 21:58, 2158, 21h58, 9:05; on the night of two same hours, 0230é and 0230h say which. */

import { fromLocal, toLocal } from './format';

const DAY_MS = 86_400_000;
const HOUR = 3_600_000_000;
/** What may follow a time on the night when clocks go back; words as the desk itself writes them. */
export const SEASONS = '\\s*\\(?(?:été|ete|é|summer|s|hiver|h|winter|w)\\)?';
const TIME = new RegExp(`^\\s*(\\d{1,2})\\s*[:h.]?\\s*(\\d{2})(${SEASONS})?\\s*$`, 'i');

export interface Clock {
  hour: number;
  minute: number;
  /** Which of two same hours; empty: not said. */
  season: '' | 'summer' | 'winter';
}

/** Return a typed time, or nothing when it is not one. */
export function readClock(text: string): Clock | null {
  const found = TIME.exec(text);
  if (!found) return null;
  const hour = Number(found[1]);
  const minute = Number(found[2]);
  const said = found[3]?.replace(/[\s(]/g, '')[0] ?? '';
  const season = !said ? '' : /[ées]/i.test(said) ? 'summer' : 'winter';
  return hour < 24 && minute < 60 ? { hour, minute, season } : null;
}

/**
 * Return when the clock shows that time on a day, oldest first: twice on the night when clocks go back. Days are the
 * calendar's: the nights of the clock change last 23 and 25 hours.
 */
function onDay(at: number, later: number, { hour, minute, season }: Clock, zone: string): number[] {
  const today = Date.parse(`${toLocal(at, zone).slice(0, 10)}T00:00Z`);
  const day = new Date(today + later * DAY_MS).toISOString().slice(0, 10);
  const text = `${day}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  const found = fromLocal(text, zone);
  const same = [found - HOUR, found, found + HOUR].filter((one) => toLocal(one, zone) === text);
  // the hour that spring leaves out is still a time that somebody typed
  if (same.length < 2) return [found];
  return season ? [season === 'summer' ? same[0]! : same[1]!] : same;
}

/** Return the last time the local clock showed what is typed, at most a day ago; NaN when it is no time. */
export function lastTime(text: string, now: number, zone: string): number {
  const read = readClock(text);
  if (!read) return Number.NaN;
  return onDay(now, 0, read, zone).findLast((one) => one <= now) ?? onDay(now, -1, read, zone).at(-1)!;
}

/** Return the next time the local clock shows what is typed, within a day; NaN when it is no time. */
export function nextTime(text: string, now: number, zone: string): number {
  const read = readClock(text);
  if (!read) return Number.NaN;
  return onDay(now, 0, read, zone).find((one) => one > now) ?? onDay(now, 1, read, zone)[0]!;
}
