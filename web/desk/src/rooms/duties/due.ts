/** The time of a reminder as operators type it, first word of the line: 04:30, 10 (minutes), +2h, +1h30. */

import { nextTime } from '../../ui/clockField';

const MINUTE = 60_000_000;
const LONGEST_MIN = 31 * 24 * 60;

export interface Typed {
  /** µs UTC; nothing while the first word is no time. */
  at: number | null;
  text: string;
}

/** Read a line: when, then what. */
export function readReminder(line: string, now: number, zone: string): Typed {
  const [, first = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
  const at = readDue(first, now, zone);
  return at === null ? { at: null, text: line.trim() } : { at, text: rest };
}

/** Read the time alone; nothing when it is none. */
export function readDue(word: string, now: number, zone: string): number | null {
  const minutes = inMinutes(word);
  if (minutes !== null) return minutes > 0 && minutes <= LONGEST_MIN ? now + minutes * MINUTE : null;
  const at = nextTime(word, now, zone);
  return Number.isNaN(at) ? null : at;
}

function inMinutes(word: string): number | null {
  const bare = /^(\d{1,3})(?:min|mn|')?$/i.exec(word);
  if (bare) return Number(bare[1]);
  const later = /^\+(?:(\d{1,3})[hH:](\d{1,2})?|(\d{1,4})(?:min|mn|')?)$/.exec(word);
  if (!later) return null;
  return later[3] === undefined ? Number(later[1]) * 60 + Number(later[2] ?? 0) : Number(later[3]);
}
