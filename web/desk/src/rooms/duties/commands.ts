/** What keys and buttons do to the duties. */

import { act } from '../../api/client';
import { i18n, say, t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { outbox } from '../../shell/outbox.svelte';
import { press, ready } from '../../shell/ready';
import { desk } from '../../store/desk.svelte';
import { live } from '../../store/live.svelte';
import { homeOf } from '../../store/home';
import { session } from '../../store/session.svelte';
import { until } from '../../ui/format';
import { openAsset } from '../assets/open';
import { ownCompartment } from '../logbook/model';
import { duties, reminders, targetOf, type Reminder, type RoutineRow } from './model.svelte';
import type { Link } from './remind.svelte';

const POSTPONE_MIN = 10;

function clockOf(at: number): string {
  return until(at, live.now, i18n.lang, session.zone);
}

/** Set a reminder; written on the seat's disk first, so that it survives a post that falls. */
export async function setReminder(at: number, text: string, link: Link | null, local: string): Promise<void> {
  // whose it is when what it is about is nobody's own: it sounds to nobody else
  const [compartment, commune] = [ownCompartment(), homeOf(session.me?.rights, 'logbook')];
  const fields = { text, due_at: Math.round(at), ...(compartment ? { compartment } : {}), ...(commune ? { commune } : {}), ...(link ? { target_kind: link.kind, target: link.id, about: link.label.slice(0, 200) } : {}) };
  const done = await outbox.send('duties.remind', fields, live.cityNow(), `${t('duties.remind')} ${clockOf(at)} ${text}`, local);
  if (done) notices.done(t('duties.reminded', { at: clockOf(at) }));
}

/** Put off the reminder named, or the oldest that asks. */
export async function postpone(id: string | undefined = duties.due[0]?.id): Promise<void> {
  if (!id || !ready(reminders, id, 'logbook')) return;
  const done = await press(id, 'duties.postpone', { reminder: id, minutes: POSTPONE_MIN });
  const event = done?.events[0];
  if (event) notices.done(t('duties.postponed', { at: clockOf(Number(event.due_at)) }));
}

/** Say that the reminder named, or the oldest that asks, is done. */
export async function reminded(id: string | undefined = duties.due[0]?.id): Promise<void> {
  if (!id || !ready(reminders, id, 'logbook')) return;
  if (await press(id, 'duties.done', { reminder: id })) notices.done(t('duties.doneSaid'));
}

/** Open what a reminder is about. */
export function openTarget(row: Reminder): void {
  const target = targetOf(row);
  if (target?.kind === 'asset') void openAsset(target.id);
  else if (target) desk.show(target, null);
  else if (row.target.kind === 'line') desk.go('logbook');
  else desk.go('duties', 'reminders');
}

/** Sign that one has read instructions. */
export async function readThem(ids: string[]): Promise<void> {
  if (!ids.length) return;
  const done = await outbox.send('duties.read', { instructions: ids }, live.cityNow(), t('duties.read'));
  if (done) notices.done(t('duties.readSaid'));
}

/** Record a routine with its result. */
export async function record(row: RoutineRow, at: number, result: string, remark = ''): Promise<boolean> {
  const done = await outbox.send('duties.record', { routine: row.name, at, result, remark }, live.cityNow(), say(row.label));
  if (done) notices.done(t('duties.routine.recorded', { what: say(row.label) }));
  return !!done;
}

/** Ask an action; say what was done or why not. */
export async function ask(type: string, fields: object, said: string): Promise<boolean> {
  try {
    await act(type, fields);
    notices.done(said);
    return true;
  } catch (error) {
    notices.refused(error);
    return false;
  }
}
