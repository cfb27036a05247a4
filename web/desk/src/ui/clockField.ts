/** Times as operators type them: 21:58, 2158, 21h58, 9:05. */

import { fromLocal, toLocal } from './format';

const DAY_MS = 86_400_000;

/** Return (hour, minute) of a typed time, or nothing when it is not one. */
export function readClock(text: string): { hour: number; minute: number } | null {
  const found = /^\s*(\d{1,2})\s*[:hH.]?\s*(\d{2})\s*$/.exec(text);
  if (!found) return null;
  const hour = Number(found[1]);
  const minute = Number(found[2]);
  return hour < 24 && minute < 60 ? { hour, minute } : null;
}

/** Days are the calendar's: the nights of the clock change last 23 and 25 hours. */
function onDay(at: number, later: number, hour: number, minute: number, zone: string): number {
  const today = Date.parse(`${toLocal(at, zone).slice(0, 10)}T00:00Z`);
  const day = new Date(today + later * DAY_MS).toISOString().slice(0, 10);
  return fromLocal(`${day}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`, zone);
}

/** Return the last time the local clock showed what is typed, at most a day ago; NaN when it is no time. */
export function lastTime(text: string, now: number, zone: string): number {
  const read = readClock(text);
  if (!read) return Number.NaN;
  const today = onDay(now, 0, read.hour, read.minute, zone);
  return today <= now ? today : onDay(now, -1, read.hour, read.minute, zone);
}

/** Return the next time the local clock shows what is typed, within a day; NaN when it is no time. */
export function nextTime(text: string, now: number, zone: string): number {
  const read = readClock(text);
  if (!read) return Number.NaN;
  const today = onDay(now, 0, read.hour, read.minute, zone);
  return today > now ? today : onDay(now, 1, read.hour, read.minute, zone);
}
