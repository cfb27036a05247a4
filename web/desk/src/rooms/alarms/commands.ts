/** What an operator's key does to an alarm: on its identifier, refused when the line changed under the finger. */

import { act } from '../../api/client';
import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { alarms, isUnacknowledged, title } from './model';

/** A line that changed this recently was perhaps not the one that was read. */
const FRESH_MS = 700;

/** Our own key changes the line too: a second key right after it is meant for it. */
const OWN_MS = 2_000;
const own = new Map<string, number>();

function refuse(text: string): void {
  notices.refused(new Error(text));
}

/** Return the alarm if a key may act on it now; otherwise say why not and return nothing. */
function ready(id: string, right = 'alarms') {
  const row = alarms.rows.get(id);
  if (!row) return refuse(t('refused.gone')), null;
  if (live.lost) return refuse(t('refused.lost')), null;
  if (!session.may(right)) return refuse(t('refused.right')), null;
  const now = performance.now();
  const mine = now - (own.get(id) ?? -Infinity) < OWN_MS;
  if (!mine && now - (alarms.touched.get(id) ?? -Infinity) < FRESH_MS) return refuse(t('refused.changed')), null;
  return row;
}

async function ask(type: string, id: string, fields: object = {}): Promise<boolean> {
  try {
    own.clear();
    own.set(id, performance.now());
    await act(type, { alarm: id, seen_at: Math.round(live.cityNow()), ...fields });
    return true;
  } catch (error) {
    notices.refused(error);
    return false;
  }
}

/** Acknowledge: silent on every seat of the desk. */
export async function acknowledge(id: string): Promise<void> {
  const row = ready(id);
  if (!row) return;
  if (!isUnacknowledged(row)) return refuse(t('refused.acknowledged'));
  const name = title(row);
  if (await ask('alarms.acknowledge', id)) {
    notices.done(t('done.acknowledged', { what: name }), async () => void (await act('alarms.unacknowledge', { alarm: id })));
  }
}

/** Take: from now on it is mine. */
export async function take(id: string): Promise<void> {
  const row = ready(id);
  if (!row) return;
  if (row.taken_by === session.id) return refuse(t('refused.mine'));
  const name = title(row);
  if (await ask('alarms.take', id)) {
    notices.done(t('done.taken', { what: name }), async () => void (await act('alarms.release', { alarm: id })));
  }
}

/** Ask any other change of an alarm's life, and say what was done. */
export async function change(type: string, id: string, said: string, fields: object = {}): Promise<void> {
  if (!ready(id)) return;
  if (await ask(type, id, fields)) notices.done(said);
}
