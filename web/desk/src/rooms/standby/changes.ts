/** What is said of the spine's rows that changed while the core was away. */

import type { LogEntry } from '../../api/types';
import { say, sentence, t } from '../../i18n/index.svelte';
import type { Tell, Told } from '../../shell/rooms';
import { titleOf, type IncidentRow } from '../incidents/model';
import { isStanding, isUnacknowledged, title, waits, type AlarmRow } from '../alarms/model';
import { describe, whereOf, type LockRow, type OrderRow, type OverrideRow } from '../orders/model';

/** Make a teller of typed rows: what came, what left, what changed. */
export function teller<T>(came: (row: T) => Told | null, left: (row: T) => Told | null, changed: (after: T, before: T) => Told | null): Tell {
  return (after, before) => {
    if (after && before) return changed(after as T, before as T);
    if (after) return came(after as T);
    return before ? left(before as T) : null;
  };
}

function alarmSaid(key: 'missed.alarm.new' | 'missed.alarm.over' | 'missed.alarm.back' | 'missed.alarm.acknowledged' | 'missed.alarm.taken' | 'missed.alarm.withheld', row: AlarmRow, at: number | null): Told {
  return { text: t(key, { what: title(row), where: row.place || row.code }), at, selection: { kind: 'alarm', id: row.id } };
}

const alarm = teller<AlarmRow>(
  (row) => (waits(row) ? alarmSaid('missed.alarm.new', row, row.raised_at) : null),
  (row) => (waits(row) ? alarmSaid('missed.alarm.over', row, null) : null),
  (row, before) => {
    if (!waits(row)) return waits(before) ? alarmSaid(row.disposition ? 'missed.alarm.withheld' : 'missed.alarm.over', row, row.changed_at) : null;
    if (!waits(before)) return alarmSaid('missed.alarm.new', row, row.changed_at);
    if (isStanding(before) && !isStanding(row)) return alarmSaid('missed.alarm.back', row, row.returned_at);
    if (isUnacknowledged(before) && !isUnacknowledged(row)) return alarmSaid('missed.alarm.acknowledged', row, row.acknowledged_at);
    if (before.taken_by !== row.taken_by && row.taken_by) return alarmSaid('missed.alarm.taken', row, row.changed_at);
    return null;
  },
);

const written = teller<LogEntry>(
  (line) => ({ text: t('missed.written', { text: line.source === 'automatic' ? sentence(line.code, line.params) : line.text }), at: line.happened_at }),
  () => null,
  () => null,
);

function ordered(row: OrderRow): Told {
  return { text: t('missed.order', { what: describe(row.command, row.value, row.until), where: whereOf(row), state: t(`orders.state.${row.state}`) }), at: row.ended_at ?? row.sent_at ?? row.requested_at, selection: { kind: 'order', id: row.id } };
}

const order = teller<OrderRow>(ordered, () => null, (row, before) => (row.state === before.state ? null : ordered(row)));

const override = teller<OverrideRow>(
  (row) => ({ text: t('missed.override.new', { pct: row.level_pct, where: whereOf(row) }) }),
  (row) => ({ text: t('missed.override.over', { pct: row.level_pct, where: whereOf(row) }) }),
  () => null,
);

const lock = teller<LockRow>(
  (row) => ({ text: t('missed.lock.new', { where: row.place, holder: row.holder }), at: row.since, selection: { kind: 'asset', id: row.asset } }),
  (row) => ({ text: t('missed.lock.over', { where: row.place, holder: row.holder }), selection: { kind: 'asset', id: row.asset } }),
  () => null,
);

function evented(key: 'missed.incident.new' | 'missed.incident.over' | 'missed.incident.taken' | 'missed.incident.changed', row: IncidentRow): Told {
  const at = key === 'missed.incident.new' ? row.opened_at : row.changed_at;
  return { text: t(key, { number: row.number, what: titleOf(row), where: row.place }), at, selection: { kind: 'incident', id: row.id } };
}

const incident = teller<IncidentRow>(
  (row) => evented('missed.incident.new', row),
  (row) => evented('missed.incident.over', row),
  (row, before) => {
    if (row.taken_by && row.taken_by !== before.taken_by) return evented('missed.incident.taken', row);
    return row.state === before.state && row.priority === before.priority && row.joined.length === before.joined.length ? null : evented('missed.incident.changed', row);
  },
);

interface RoutineRow {
  label: Record<string, string>;
  last: { result: string; recorded_at: number; at: number } | null;
}

const routine = teller<RoutineRow>(
  () => null,
  () => null,
  (row, before) => {
    if (!row.last || row.last.at === before.last?.at) return null;
    return { text: t(row.last.result ? 'missed.routine.done' : 'missed.routine.missed', { what: say(row.label) }), at: row.last.recorded_at || row.last.at };
  },
);

export const CHANGES: Record<string, Tell> = { alarms: alarm, logbook: written, orders: order, overrides: override, locks: lock, incidents: incident, routines: routine };
