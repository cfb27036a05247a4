/** What time alone did asks for the ear: the list went to the next person, is exhausted, a crew says nothing, an hour came. */

import type { Sounding } from '../../shell/ringing';
import { callOuts, CHIEF, engagements } from './model';
import { stepOf } from './steps';

/** High, as the events that wait for it. */
const PRIORITY = 2;

/** List what asks for the ear now. */
export function soundings(): Sounding[] {
  const found: Sounding[] = [];
  for (const row of callOuts.rows.values()) {
    const step = stepOf(row);
    if (step) found.push({ id: `call-out:${row.id}:${step}`, priority: PRIORITY });
  }
  for (const row of engagements.rows.values()) {
    if (!row.overdue || row.ended_at !== null) continue;
    // each time it is told it sounds once more; the last time it is the chef de salle's as well
    found.push({ id: `silent:${row.id}:${row.insisted}`, priority: PRIORITY, trades: ['interventions', row.trade] });
    if (row.insisted >= CHIEF) found.push({ id: `silent:${row.id}:chief`, priority: PRIORITY, chief: true });
  }
  return found;
}
