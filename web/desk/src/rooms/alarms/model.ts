/** Alarms as the queue reads them. */

import type { Micros, Text } from '../../api/types';
import { i18n, say, sentence, t, tn } from '../../i18n/index.svelte';
import { interpolate } from '../../i18n/interpolate';
import { picture } from '../../store/picture';
import { topics, type Topic } from '../../store/topics.svelte';

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
  /** Painted numbers of what did not come back. */
  left: string[];
  parent: string | null;
  reason: { code: string; params?: Record<string, unknown> } | null;
  value: number | null;
  cannot_shelve: boolean;
  simulated: boolean;
}

export interface FloodRow {
  desk: string;
  since: Micros;
  count: number;
}

const FEEDERS = new Set(['circuit', 'cabinet', 'cabinet_group']);
const UNACKNOWLEDGED = new Set(['unacknowledged', 'returned', 'latched_unacknowledged']);
const STANDING = new Set(['unacknowledged', 'acknowledged', 'latched_unacknowledged', 'latched']);

export const alarms: Topic<AlarmRow> = topics.of<AlarmRow>('alarms');
export const floods: Topic<FloodRow> = topics.of<FloodRow>('floods');

/** Tell whether somebody still has to acknowledge it. */
export function isUnacknowledged(row: AlarmRow): boolean {
  return UNACKNOWLEDGED.has(row.state);
}

/** Tell whether its cause is still there (or remembered until reset). */
export function isStanding(row: AlarmRow): boolean {
  return STANDING.has(row.state);
}

/** Tell whether it waits for an operator: not folded, not withdrawn, not over. */
export function waits(row: AlarmRow): boolean {
  return row.outcome === 'alarm' && !row.parent && !row.disposition && (row.state !== 'normal' || row.settling);
}

/** Return what happened, in the words of the room. */
export function title(row: AlarmRow): string {
  const said = interpolate(say(row.label), row.label_params ?? {}, i18n.lang);
  // a feeder's alarm says at once how much of the street it takes
  return FEEDERS.has(row.kind) && row.points > 0 && row.active ? `${said}, ${tn('alarm.points', row.points)}` : said;
}

/** Return the next action as a verb. */
export function nextAction(row: AlarmRow): string {
  return say(row.action) || (isUnacknowledged(row) ? t('alarm.acknowledge') : t('alarm.watch'));
}

/** Return why it was grouped, suppressed or inferred; empty when there is nothing to say. */
export function why(row: AlarmRow): string {
  return row.reason ? sentence(row.reason.code, row.reason.params ?? {}) : '';
}

/** Return where its asset stands on the map, or nothing when it has no place there. */
export function placeOf(row: AlarmRow): { lon: number; lat: number } | null {
  const slot = picture.slot(row.index);
  if (slot < 0 || (!picture.lon[slot] && !picture.lat[slot])) return null;
  return { lon: picture.lon[slot]!, lat: picture.lat[slot]! };
}

/** The order of the queue: priority, what nobody acknowledged yet, then the longest wait. */
export function byUrgency(a: AlarmRow, b: AlarmRow): number {
  return (
    a.priority - b.priority ||
    Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
    a.raised_at - b.raised_at ||
    (a.id < b.id ? -1 : 1)
  );
}

export const PRIORITIES = [1, 2, 3, 4] as const;
const LETTERS: Record<string, string> = { fr: 'CHMB', en: 'CHML' };

/** The letter of a priority in a language. */
export function letter(priority: number, lang: string): string {
  return LETTERS[lang]?.[priority - 1] ?? '';
}
