/** What is to be heard of a call-out: pure. */

export interface Called {
  state: 'calling' | 'reached' | 'exhausted' | 'postponed' | 'resumed' | 'ended';
  agent: string | null;
  attempts: { agent: string }[];
}

/** Return the step that time alone led to, empty while people's own keys did. */
export function stepOf(row: Called): string {
  const last = row.attempts[row.attempts.length - 1];
  if (row.state === 'calling') return last && last.agent !== row.agent ? `next:${row.agent}` : '';
  return row.state === 'exhausted' || row.state === 'resumed' ? row.state : '';
}
