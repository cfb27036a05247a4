/** The rows as they froze against the rows as they are: what is told, and how many changed. */

import { t, tn } from '../../i18n/index.svelte';
import type { Key } from '../../i18n/fr';
import type { Tell, Told } from '../../shell/rooms';
import type { RowsBefore } from '../../store/topics.svelte';
import { latestFirst, LISTED } from './absence';

/** Figures of machines and marks of presence: nobody missed them. */
const SILENT = new Set(['sources', 'unknown_sources', 'imports', 'programmes', 'floods', 'seats', 'masked_incidents', 'visas']);
const NAMED = new Set(['incidents', 'crews', 'engagements', 'callouts', 'desks', 'instructions', 'reminders', 'routines', 'contacts', 'requests', 'calls', 'work']);

/** Compare rows before and now; `tellers` by topic, a count for the topics without one. */
export function compare(before: RowsBefore, now: RowsBefore, tellers: Record<string, Tell>): { total: number; lines: Told[] } {
  const lines: Told[] = [];
  let total = 0;
  for (const topic of new Set([...before.keys(), ...now.keys()])) {
    if (SILENT.has(topic)) continue;
    const tell = tellers[topic];
    const old = before.get(topic) ?? new Map<string, unknown>();
    const present = now.get(topic) ?? new Map<string, unknown>();
    const told = tell ? each(old, present, tell) : counted(topic, old, present);
    total += told.total;
    lines.push(...told.lines.slice(0, LISTED - lines.length));
  }
  return { total, lines: latestFirst(lines) };
}

function* pairs(old: ReadonlyMap<string, unknown>, present: ReadonlyMap<string, unknown>): Generator<[unknown, unknown]> {
  for (const [id, row] of present) yield [row, old.get(id)];
  for (const [id, row] of old) if (!present.has(id)) yield [undefined, row];
}

function each(old: ReadonlyMap<string, unknown>, present: ReadonlyMap<string, unknown>, tell: Tell): { total: number; lines: Told[] } {
  const lines: Told[] = [];
  for (const [after, before] of pairs(old, present)) {
    const told = after === before ? null : tell(after, before);
    if (told) lines.push(told);
  }
  return { total: lines.length, lines };
}

function counted(topic: string, old: ReadonlyMap<string, unknown>, present: ReadonlyMap<string, unknown>): { total: number; lines: Told[] } {
  let n = 0;
  for (const [after, before] of pairs(old, present)) if (JSON.stringify(after) !== JSON.stringify(before)) n++;
  if (!n) return { total: 0, lines: [] };
  const what = NAMED.has(topic) ? t(`missed.topic.${topic}` as Key) : topic;
  return { total: n, lines: [{ text: tn('missed.lines', n, { what }) }] };
}
