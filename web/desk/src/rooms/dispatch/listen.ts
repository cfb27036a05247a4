/** What time alone did is heard once: the list went to the next person, is exhausted, a crew says nothing, an hour of *reprise* came. */

import { sound } from '../../shell/sound.svelte';
import type { CallOutRow, EngagementRow } from './model';
import { callOuts, engagements } from './model';

const LOOK_MS = 500;
/** High, as the events that wait for it. */
const PRIORITY = 2;

/** Return what would be heard of a call-out: its step, and what people tried at that step, so that their own keys are silent. */
export function stepOf(row: Pick<CallOutRow, 'state' | 'agent'> & { attempts: { agent: string }[] }): string {
  const tried = row.attempts.length > 0 && row.attempts[row.attempts.length - 1]!.agent === row.agent;
  if (row.state === 'calling') return tried ? '' : `next ${row.agent}`;
  return row.state === 'exhausted' || row.state === 'resumed' ? row.state : '';
}

/** Follow the feed; returns how to stop. */
export function listen(): () => void {
  const known = new Map<string, string>();
  let first = true;
  let seen = -1;
  const timer = setInterval(() => {
    const version = callOuts.version + engagements.version;
    if (version === seen || version === 0) return;
    seen = version;
    let heard = false;
    const look = (id: string, step: string) => {
      heard ||= step !== '' && known.get(id) !== step;
      known.set(id, step);
    };
    for (const row of callOuts.rows.values()) look(row.id, stepOf(row));
    for (const row of engagements.rows.values()) look(row.id, silence(row));
    if (heard && !first) sound.arrival(PRIORITY);
    first = false;
  }, LOOK_MS);
  return () => clearInterval(timer);
}

function silence(row: EngagementRow): string {
  return row.overdue && row.ended_at === null ? 'silent' : '';
}
