import { expect, it, vi } from 'vitest';

import type { IncidentRow } from '../src/rooms/incidents/types';

// the rooms read what their seat kept as they are imported
for (const name of ['localStorage', 'sessionStorage']) vi.stubGlobal(name, { length: 0, key: () => null, getItem: () => null, setItem: () => {}, removeItem: () => {} });

it('finds the event of an alarm through one joined to it', async () => {
  const { incidentOf } = await import('../src/rooms/dispatch/model');
  const { ofAlarm } = await import('../src/rooms/incidents/model');
  const { topics } = await import('../src/store/topics.svelte');
  const row = { links: [{ kind: 'alarm', id: 'a1' }], joined: [{ id: 'e2', alarms: ['a2'] }] } as unknown as IncidentRow;
  topics.of<IncidentRow>('incidents').rows.set('e1', row);
  for (const id of ['a1', 'a2']) {
    expect(incidentOf({ kind: 'alarm', id })).toBe('e1');
    expect(ofAlarm(id)).toEqual(row);
  }
  expect(incidentOf({ kind: 'alarm', id: 'a3' })).toBe(null);
});
