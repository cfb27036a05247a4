import { describe, expect, it } from 'vitest';

import { readHealth } from '../src/shell/health';

describe('readHealth', () => {
  it('reads each process and finds the queue that fills', () => {
    const health = readHealth({
      core: { database: true, rate: 60, queues: [{ name: 'actions', depth: 4_500, bound: 5_000, policy: 'refuse' }, { name: 'reactions', depth: 9, bound: null }] },
      intake: { messages_s: 342, silent_s: 7.5 },
    });
    expect(health.databaseOk).toBe(true);
    expect(health.rate).toBe(342);
    expect(health.full.map((queue) => queue.name)).toEqual(['actions']);
    expect(health.processes.find((one) => one.name === 'intake')?.silentS).toBe(7.5);
  });

  it('says nothing rather than inventing', () => {
    expect(readHealth({})).toMatchObject({ rate: null, databaseOk: null, queues: [] });
  });
});
