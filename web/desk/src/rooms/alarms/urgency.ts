/** An alarm's row and the order of the queue: pure. */

import type { Micros, Text } from '../../api/types';

export interface AlarmRow {
  id: string;
  asset: string;
  index: number;
  kind: string;
  alarm_class: string;
  outcome: 'alarm' | 'work' | 'event';
  priority: number;
  state: string;
  disposition: string;
  active: boolean;
  settling: boolean;
  supposed: boolean;
  label: Text;
  label_params?: Record<string, unknown>;
  action: Text;
  place: string;
  commune: string;
  code: string;
  raised_at: Micros;
  changed_at: Micros;
  returned_at: Micros | null;
  acknowledged_at: Micros | null;
  acknowledged_by: string | null;
  taken_by: string | null;
  shelved_until: Micros | null;
  withheld_for: string;
  toggles: number;
  chattering: boolean;
  /** Folded conditions that stand, of `total` ever folded; light points concerned. */
  count: number;
  total: number;
  points: number;
  /** The first painted numbers of the `left_count` that did not come back. */
  left: string[];
  left_count: number;
  parent: string | null;
  reason: { code: string; params?: Record<string, unknown> } | null;
  value: number | null;
  cannot_shelve: boolean;
  simulated: boolean;
}

/** What the order of the queue looks at: alarms and events alike. */
export interface Urgent {
  id: string;
  priority: number;
  state: string;
  raised_at: Micros;
}

/** States in which somebody is still waited for; `new` is an event's. */
const UNACKNOWLEDGED = new Set(['unacknowledged', 'returned', 'latched_unacknowledged', 'new']);

/** Tell whether somebody still has to acknowledge an alarm, or to take an event. */
export function isUnacknowledged(row: { state: string }): boolean {
  return UNACKNOWLEDGED.has(row.state);
}

/** The order of the queue: priority, what nobody acknowledged yet, then the longest wait. */
export function byUrgency(a: Urgent, b: Urgent): number {
  return (
    a.priority - b.priority ||
    Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
    a.raised_at - b.raised_at ||
    (a.id === b.id ? 0 : a.id < b.id ? -1 : 1)
  );
}

/** Return the line to turn to: the first that asks, or the next one down and round when the one selected still asks. */
export function turnTo<T extends { id: string }>(items: T[], selected: string | null, asks: (row: T) => boolean): T | null {
  const at = items.findIndex((row) => row.id === selected);
  const from = at >= 0 && asks(items[at]!) ? at + 1 : 0;
  return [...items.slice(from), ...items.slice(0, from)].find(asks) ?? null;
}

/** Return the place some lines away in a list that is not empty; without a selected line (-1) one enters by its near end. */
export function stepFrom(at: number, by: number, count: number): number {
  const from = at >= 0 ? at : by > 0 ? -1 : count;
  return Math.min(count - 1, Math.max(0, from + by));
}

/** Return the list with one line where it stood when it was chosen; the same list when it stands there still. */
export function holding<T extends Urgent>(sorted: T[], held: Urgent | null): T[] {
  if (!held) return sorted;
  const at = sorted.findIndex((row) => row.id === held.id);
  if (at < 0 || byUrgency(sorted[at]!, held) === 0) return sorted;
  const others = sorted.toSpliced(at, 1);
  let low = 0;
  let high = others.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byUrgency(others[middle]!, held) < 0) low = middle + 1;
    else high = middle;
  }
  return others.toSpliced(low, 0, sorted[at]!);
}
