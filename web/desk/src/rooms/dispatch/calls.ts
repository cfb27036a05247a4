/** What is done about a call-out: a call recorded, its answer. */

import type { Done } from '../../api/client';
import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { outbox } from '../../shell/outbox.svelte';
import { live } from '../../store/live.svelte';
import { rankWord, type Attempt, type CallOutRow } from './model';
import { people } from './people.svelte';

/** Return the call whose answer is awaited, or nothing. */
export function lastAttempt(row: CallOutRow): Attempt | null {
  const last = row.attempts[row.attempts.length - 1];
  return last && last.outcome === null && last.agent === row.agent ? last : null;
}

/** Note that somebody is being called now. */
export async function attempt(incident: string, agent: string | null, who: string): Promise<Done | null> {
  const said = t('dispatch.engage.calling', { who });
  const fields = agent ? { incident, agent } : { incident };
  const done = await outbox.send('dispatch.call_attempt', fields, live.cityNow(), said);
  if (done) notices.done(said);
  return done;
}

/** Note what came of the call to the person read on screen, whoever another seat called since. */
export async function answer(row: CallOutRow, outcome: 'reached' | 'no_answer', call: Attempt): Promise<boolean> {
  const who = people.nameOf(call.agent) || rankWord(call.rank);
  const said = t(outcome === 'reached' ? 'dispatch.call.saidReached' : 'dispatch.call.saidNoAnswer', { who });
  const done = await outbox.send('dispatch.call_outcome', { call_out: row.id, outcome, agent: call.agent }, live.cityNow(), said);
  if (done) notices.done(said);
  return done !== null;
}
