/** Events as the desk reads them: open ones by the feed, one that an alarm opened, the one that keys act on. */

import { say } from '../../i18n/index.svelte';
import { desk } from '../../store/desk.svelte';
import { topics, type Topic } from '../../store/topics.svelte';
import type { IncidentRow, MaskedRow, Shown } from './types';

export type { IncidentRow, MaskedRow, Shown } from './types';

/** Open events that this person sees whole. */
export const incidents: Topic<IncidentRow> = topics.of<IncidentRow>('incidents');
incidents.reads = (row) => [row.what, row.place, row.priority, row.state, row.taken_by, row.closing?.cause].join();

/** Masked events: number, place, and not to send anybody there. */
export const masked: Topic<MaskedRow> = topics.of<MaskedRow>('masked_incidents');

/** Tell whether an event is shown whole. */
export function isWhole(row: Shown): row is IncidentRow {
  return 'state' in row;
}

/** Return what happened, in the words of the room. */
export function titleOf(row: IncidentRow): string {
  return row.what || say(row.label);
}

/** Return the open event that holds an alarm, itself or through one joined to it, or nothing. */
export function ofAlarm(alarm: string): IncidentRow | undefined {
  const holds = (row: IncidentRow) =>
    row.links.some((link) => link.kind === 'alarm' && link.id === alarm) || row.joined.some((one) => one.alarms?.includes(alarm));
  return incidents.list().find(holds);
}

/** Return the open event that keys act on: the one selected, or that of the alarm selected. */
export function current(): IncidentRow | undefined {
  const { selection } = desk;
  if (selection?.kind === 'incident') return incidents.find(selection.id);
  if (selection?.kind === 'alarm') return ofAlarm(selection.id);
  return undefined;
}

/** Return where an event is on the map, or nothing. */
export function whereIs(row: Shown): { lon: number; lat: number } | null {
  return row.lon === null || row.lat === null ? null : { lon: row.lon, lat: row.lat };
}

/** Select an event and ask the map to show it. */
export function openIncident(id: string): void {
  const row = incidents.rows.get(id);
  desk.show({ kind: 'incident', id }, row ? whereIs(row) : null);
}
