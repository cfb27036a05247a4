import { beforeEach, describe, expect, it, vi } from 'vitest';

/** What the other windows of the seat say. */
class Channel {
  static last: Channel;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  postMessage = () => undefined;
  constructor() {
    Channel.last = this;
  }
}

vi.hoisted(() => {
  const storage = { getItem: () => null, setItem: () => undefined, length: 0 };
  vi.stubGlobal('localStorage', storage);
  vi.stubGlobal('sessionStorage', storage);
  vi.stubGlobal('location', { hash: '' });
  vi.stubGlobal('document', { documentElement: { dataset: {} } });
});
vi.stubGlobal('BroadcastChannel', Channel);
vi.stubGlobal('window', { addEventListener: () => undefined, BroadcastChannel: Channel });

import { alarms, type AlarmRow } from '../src/rooms/alarms/model';
import { queue } from '../src/rooms/alarms/queue.svelte';
import { desk } from '../src/store/desk.svelte';
import type { Selection } from '../src/store/selection';

const alarm = (id: string, priority: number, raised_at: number) =>
  ({ id, priority, raised_at, state: 'unacknowledged', outcome: 'alarm', disposition: '', settling: false, parent: null, lon: null, lat: null, kind: 'circuit' }) as unknown as AlarmRow;
const elsewhere = (selection: Selection) => Channel.last.onmessage?.({ data: { kind: 'selection', selection, place: null } });
const order = () => queue.items.map(({ id }) => id);

describe('what another window of the seat selects', () => {
  beforeEach(() => {
    desk.open(() => false);
    desk.select(null);
    alarms.rows.clear();
    for (const row of [alarm('a', 2, 1), alarm('b', 2, 2)]) alarms.rows.set(row.id, row);
  });

  it('keeps its place here too', () => {
    elsewhere({ kind: 'alarm', id: 'a' });
    expect([queue.selected, order()]).toEqual(['a', ['a', 'b']]);
    alarms.rows.set('a', { ...alarm('a', 2, 1), state: 'acknowledged' } as AlarmRow);
    expect(order()).toEqual(['a', 'b']);
    elsewhere(null);
    expect(order()).toEqual(['b', 'a']);
  });

  it('takes no order out of the hands that compose it', () => {
    const composing: Selection = { kind: 'compose', target: { assets: ['x'], label: 'x' } };
    desk.select(composing);
    elsewhere({ kind: 'alarm', id: 'a' });
    expect(desk.selection).toBe(composing);
    desk.select(null);
    desk.lasso = true;
    elsewhere({ kind: 'alarm', id: 'a' });
    expect(desk.selection).toBeNull();
    desk.lasso = false;
    elsewhere({ kind: 'alarm', id: 'a' });
    expect(queue.selected).toBe('a');
  });
});
