/** Alarms as the queue reads them. */

import type { Micros } from '../../api/types';
import { i18n, say, sentence, t, tn } from '../../i18n/index.svelte';
import { interpolate } from '../../i18n/interpolate';
import { picture } from '../../store/picture';
import { topics, type Topic } from '../../store/topics.svelte';
import { isUnacknowledged, type AlarmRow } from './urgency';

export { byUrgency, isUnacknowledged, type AlarmRow } from './urgency';

export interface FloodRow {
  desk: string;
  since: Micros;
  count: number;
}

const FEEDERS = new Set(['circuit', 'cabinet', 'cabinet_group']);
const STANDING = new Set(['unacknowledged', 'acknowledged', 'latched_unacknowledged', 'latched']);

export const alarms: Topic<AlarmRow> = topics.of<AlarmRow>('alarms');
export const floods: Topic<FloodRow> = topics.of<FloodRow>('floods');
// a circuit that trips gathers its lamps for minutes: one more of them is no other alarm under the finger
alarms.reads = (row) => [row.code, row.alarm_class, row.priority, row.state, row.disposition, row.taken_by, row.parent].join();

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
  if (!FEEDERS.has(row.kind) || row.points <= 0 || !row.active) return said;
  // of what a mute cabinet feeds nobody knows whether it is lit
  return `${said}, ${tn(row.alarm_class === 'mute' ? 'alarm.points_fed' : 'alarm.points', row.points)}`;
}

/** Return the next action as a verb. */
export function nextAction(row: AlarmRow): string {
  // what has returned no longer asks for its remedy
  return (isStanding(row) && say(row.action)) || (isUnacknowledged(row) ? t('alarm.acknowledge') : t('alarm.watch'));
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

export const PRIORITIES = [1, 2, 3, 4] as const;
const LETTERS: Record<string, string> = { fr: 'CHMB', en: 'CHML' };

/** The letter of a priority in a language. */
export function letter(priority: number, lang: string): string {
  return LETTERS[lang]?.[priority - 1] ?? '';
}
