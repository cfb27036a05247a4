/** Days and hours as people of the room type them: 21/06/2026 21:37, 21/06 21h37, 21:37. */

import { readClock } from './clockField';

const ISO = /^(\d{4})-(\d{2})-(\d{2})[T ](.+)$/;
const WRITTEN = /^(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?\s+(.+)$/;

/** Return a local time 2026-06-21T21:37 of what is typed, `today` (2026-06-21) giving what is left out; empty when it is none. */
export function readDay(text: string, today: string): string {
  const typed = text.trim();
  const iso = ISO.exec(typed);
  const written = WRITTEN.exec(typed);
  const [year, month, day, hour] = iso
    ? [iso[1]!, iso[2]!, iso[3]!, iso[4]!]
    : written
      ? [written[3] ?? today.slice(0, 4), written[2]!.padStart(2, '0'), written[1]!.padStart(2, '0'), written[4]!]
      : [today.slice(0, 4), today.slice(5, 7), today.slice(8, 10), typed];
  const clock = readClock(hour);
  const date = `${year}-${month}-${day}`;
  // a local time cannot say which of two same hours it is
  if (!clock || clock.season || !exists(date)) return '';
  return `${date}T${String(clock.hour).padStart(2, '0')}:${String(clock.minute).padStart(2, '0')}`;
}

/** Tell whether the calendar has that day: the 31st of June is none. */
function exists(date: string): boolean {
  const read = new Date(`${date}T00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(date);
}

/** Return 21/06/2026 21:37 for a local time 2026-06-21T21:37; nothing for nothing. */
export function writeDay(local: string): string {
  const found = ISO.exec(local);
  return found ? `${found[3]}/${found[2]}/${found[1]} ${found[4]!.slice(0, 5)}` : '';
}
