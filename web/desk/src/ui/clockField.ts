/** Times as operators type them: 21:58, 2158, 21h58, 9:05. */

import { fromLocal, toLocal } from './format';

const DAY = 86_400_000_000;

/** Return (hour, minute) of a typed time, or nothing when it is not one. */
export function readClock(text: string): { hour: number; minute: number } | null {
  const found = /^\s*(\d{1,2})\s*[:hH.]?\s*(\d{2})\s*$/.exec(text);
  if (!found) return null;
  const hour = Number(found[1]);
  const minute = Number(found[2]);
  return hour < 24 && minute < 60 ? { hour, minute } : null;
}

function onDay(at: number, hour: number, minute: number, zone: string): number {
  const day = toLocal(at, zone).slice(0, 10);
  return fromLocal(`${day}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`, zone);
}

/** Return the last time the local clock showed what is typed, at most a day ago; NaN when it is no time. */
export function lastTime(text: string, now: number, zone: string): number {
  const read = readClock(text);
  if (!read) return Number.NaN;
  const today = onDay(now, read.hour, read.minute, zone);
  return today <= now ? today : onDay(now - DAY, read.hour, read.minute, zone);
}

/** Return the next time the local clock shows what is typed, within a day; NaN when it is no time. */
export function nextTime(text: string, now: number, zone: string): number {
  const read = readClock(text);
  if (!read) return Number.NaN;
  const today = onDay(now, read.hour, read.minute, zone);
  return today > now ? today : onDay(now + DAY, read.hour, read.minute, zone);
}
