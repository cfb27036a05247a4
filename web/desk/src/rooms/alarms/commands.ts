/** What an operator's key does to an alarm: on its identifier, refused when the line changed under the finger. */

import { act } from '../../api/client';
import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { press, ready, refuse } from '../../shell/ready';
import { takeover } from '../../shell/takeover.svelte';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { alarms, isUnacknowledged, title } from './model';

async function ask(type: string, id: string, fields: object = {}): Promise<boolean> {
  return (await press(id, type, { alarm: id, seen_at: Math.round(live.cityNow()), ...fields })) !== null;
}

/** Acknowledge: silent on every seat of the desk. */
export async function acknowledge(id: string): Promise<void> {
  const row = ready(alarms, id, 'alarms');
  if (!row) return;
  if (!isUnacknowledged(row)) return void refuse(t('refused.acknowledged'));
  const name = title(row);
  if (await ask('alarms.acknowledge', id)) {
    notices.done(t('done.acknowledged', { what: name }), async () => void (await act('alarms.unacknowledge', { alarm: id })));
  }
}

/** Take: from now on it is mine. What a colleague has is asked twice. */
export async function take(id: string): Promise<void> {
  const row = ready(alarms, id, 'alarms');
  if (!row) return;
  if (row.taken_by === session.id) return void refuse(t('refused.mine'));
  const over = row.taken_by;
  if (over) return takeover.press({ id, by: over, since: null, go: () => takeFrom(id, over) });
  return takeFrom(id, null);
}

async function takeFrom(id: string, over: string | null): Promise<void> {
  const row = ready(alarms, id, 'alarms');
  if (!row) return;
  const name = title(row);
  if (await ask('alarms.take', id, over ? { over } : {})) {
    notices.done(t('done.taken', { what: name }), async () => void (await act('alarms.release', { alarm: id })));
  }
}

/** Ask any other change of an alarm's life, and say what was done. */
export async function change(type: string, id: string, said: string, fields: object = {}): Promise<void> {
  if (!ready(alarms, id, 'alarms')) return;
  if (await ask(type, id, fields)) notices.done(said);
}
