import { describe, expect, it } from 'vitest';

import type { Frame, FrameHeader } from '../src/feed/frame';
import { HEAD, Keeper, LAMPS, ROWS } from '../src/feed/keeper';

const frame = (more: Partial<FrameHeader>, lamps: [number, number][] = []): Frame => ({
  header: { epoch: 'e', after: 0, upto: 1, at: 5, snapshot: false, rows: {}, gone: {}, lamps: lamps.length, moves: 0, ...more },
  lamps: { index: Uint32Array.from(lamps, ([index]) => index), word: Uint32Array.from(lamps, ([, word]) => word) },
  moves: { index: new Uint32Array(), lon: new Float32Array(), lat: new Float32Array(), heading: new Uint16Array(), speed: new Uint16Array() },
});
const keys = (values: [string, unknown][]) => values.map(([key]) => key).sort();

describe('Keeper', () => {
  it('keeps nothing before the first frame, then what changed only', () => {
    const keeper = new Keeper('me');
    expect(keeper.changes(0, true)).toEqual([]);
    keeper.take(frame({ snapshot: true, rows: { alarms: [{ id: 'a', v: 1 }], orders: [{ id: 'o', v: 2 }] } }, [[7, 9]]));
    expect(keys(keeper.changes(0, false))).toEqual([HEAD, LAMPS, `${ROWS}alarms`, `${ROWS}orders`]);
    keeper.take(frame({ gone: { alarms: ['a'] } }));
    const later = new Map(keeper.changes(3, false));
    expect([...later.keys()]).toEqual([HEAD, `${ROWS}alarms`]);
    expect(later.get(`${ROWS}alarms`)).toEqual([]);
    expect(later.get(HEAD)).toMatchObject({ account: 'me', at: 5, wall: 3 });
  });

  it('forgets on a snapshot what it does not show', () => {
    const keeper = new Keeper('me');
    keeper.take(frame({ snapshot: true, rows: { alarms: [{ id: 'a', v: 1 }] } }, [[1, 1], [2, 2]]));
    keeper.changes(0, true);
    keeper.take(frame({ snapshot: true, rows: {} }, [[2, 3]]));
    const found = new Map(keeper.changes(0, true));
    expect(found.get(`${ROWS}alarms`)).toEqual([]);
    expect(found.get(LAMPS)).toEqual({ index: Uint32Array.of(2), word: Uint32Array.of(3) });
  });

  it('keeps for the next time what the disk refused', () => {
    const keeper = new Keeper('me');
    keeper.take(frame({ snapshot: true, rows: { alarms: [{ id: 'a', v: 1 }], orders: [{ id: 'o', v: 2 }] } }, [[7, 9]]));
    keeper.changes(0, false);
    keeper.failed();
    keeper.take(frame({ rows: { orders: [{ id: 'o', v: 3 }] } }));
    expect(keys(keeper.changes(1, false))).toEqual([HEAD, LAMPS, `${ROWS}alarms`, `${ROWS}orders`]);
    expect(keys(keeper.changes(2, false))).toEqual([HEAD]);
  });

  it('writes a very large topic at leisure, unless the core just left', () => {
    const keeper = new Keeper('me');
    const rows = Array.from({ length: 6_000 }, (_, n) => ({ id: n, v: n }));
    keeper.take(frame({ snapshot: true, rows: { alarms: rows } }));
    expect(keys(keeper.changes(0, false))).not.toContain(`${ROWS}alarms`);
    expect(keys(keeper.changes(0, true))).toContain(`${ROWS}alarms`);
  });
});
