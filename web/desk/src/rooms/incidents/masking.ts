/** Masking (room.md rule 13): who may hide an event from the other trades, and how it is asked. */

import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import type { Entry } from '../../shell/rooms';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { choices } from './choices.svelte';
import { ask } from './commands';
import { current } from './model';
import type { IncidentRow } from './types';

const COMPARTMENTS = ['police', 'video'] as const;
export type Compartment = (typeof COMPARTMENTS)[number];

/** Return the compartments into which this person may put an event: their own trades only. */
export function compartmentsOf(row: IncidentRow): Compartment[] {
  if (!session.may('incidents') || row.masked || row.state === 'joined' || row.joined.length) return [];
  const trades = session.me?.trades ?? [];
  return COMPARTMENTS.filter((one) => trades.includes('*') || trades.includes(one));
}

/** Tell whether this person may show a masked event again: to the trade of its category, which must be theirs too. */
export function mayShow(row: IncidentRow): boolean {
  const trades = session.me?.trades ?? [];
  const category = choices.all.categories.find((one) => one.name === row.category);
  const back = category && !category.masked ? category.trade : '*';
  return row.masked && session.may('incidents') && (trades.includes('*') || (back !== '*' && trades.includes(back)) || (back === '*' && trades.length > 0));
}

/** Mask an event for a compartment; undone for 5 s. */
export async function mask(row: IncidentRow, compartment: Compartment): Promise<boolean> {
  if (!(await ask('incidents.mask', row.id, { trade: compartment }))) return false;
  notices.done(t(`incident.maskedFor.${compartment}`, { number: row.number }), async () => void (await ask('incidents.mask', row.id, { trade: '' })));
  return true;
}

/** Show a masked event again. */
export async function show(row: IncidentRow): Promise<boolean> {
  if (!(await ask('incidents.mask', row.id, { trade: '' }))) return false;
  notices.done(t('incident.shownAgain', { number: row.number }));
  return true;
}

/** The commands of Ctrl-K for the event in hand. */
export function maskEntries(): Entry[] {
  const row = current();
  if (!row || live.lost) return [];
  const hint = t('palette.do');
  const hide = compartmentsOf(row).map((one) => ({ key: `mask-${one}`, label: t(`incident.mask.${one}`, { number: row.number }), hint, run: () => void mask(row, one) }));
  return mayShow(row) ? [...hide, { key: 'unmask', label: t('incident.unmask', { number: row.number }), hint, run: () => void show(row) }] : hide;
}
