/** What time alone did asks for the ear: the list went to the next person, is exhausted, a crew says nothing, an hour came. */

import type { Sounding } from '../../shell/ringing';
import { callOuts, engagements, type CallOutRow } from './model';

/** High, as the events that wait for it. */
const PRIORITY = 2;

/** Return what is to be heard of a call-out, empty while people's own keys led there. */
export function stepOf(row: Pick<CallOutRow, 'state' | 'agent'> & { attempts: { agent: string }[] }): string {
  const last = row.attempts[row.attempts.length - 1];
  if (row.state === 'calling') return last && last.agent !== row.agent ? `next:${row.agent}` : '';
  return row.state === 'exhausted' || row.state === 'resumed' ? row.state : '';
}

/** List what asks for the ear now. */
export function soundings(): Sounding[] {
  const found: Sounding[] = [];
  for (const row of callOuts.rows.values()) {
    const step = stepOf(row);
    if (step) found.push({ id: `call-out:${row.id}:${step}`, priority: PRIORITY });
  }
  for (const row of engagements.rows.values()) {
    if (row.overdue && row.ended_at === null) found.push({ id: `silent:${row.id}`, priority: PRIORITY });
  }
  return found;
}
