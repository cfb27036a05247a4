/** A key acts on an identifier, and only on what was read: a line that changed just before the key is refused. */

import { act, type Done } from '../api/client';
import type { Key } from '../i18n/fr';
import { t } from '../i18n/index.svelte';
import { live } from '../store/live.svelte';
import { session } from '../store/session.svelte';
import type { Topic } from '../store/topics.svelte';
import { notices } from './notice.svelte';

/** A line that changed this recently was perhaps not the one that was read. */
const FRESH_MS = 700;
/** Our own key changes the line too: a second key right after it is meant for it. */
const OWN_MS = 2_000;
const own = new Map<string, number>();

/** Say why a key did nothing; returns nothing, so that it ends the command. */
export function refuse(text: string): null {
  notices.refused(new Error(text));
  return null;
}

/** Say that the change which comes back is ours: a second key right after it is meant. */
export function ours(id: string): void {
  own.clear();
  own.set(id, performance.now());
}

/** Return the row if a key may act on it now; otherwise say why not and return nothing. No right: none is asked. */
export function ready<T>(topic: Topic<T>, id: string, right?: string, gone: Key = 'refused.gone'): T | null {
  const row = topic.rows.get(id);
  if (!row) return refuse(t(gone));
  if (live.lost) return refuse(t('refused.lost'));
  if (right && !session.may(right)) return refuse(t('refused.right'));
  const now = performance.now();
  const mine = now - (own.get(id) ?? -Infinity) < OWN_MS;
  if (!mine && now - (topic.touched.get(id) ?? -Infinity) < FRESH_MS) return refuse(t('refused.changed'));
  return row;
}

/** Ask an action on a line that was read: the change that comes back is ours. Says a refusal; returns the answer or nothing. */
export async function press(id: string, type: string, fields: object): Promise<Done | null> {
  try {
    ours(id);
    return await act(type, fields);
  } catch (error) {
    notices.refused(error);
    return null;
  }
}
