import { describe, expect, it } from 'vitest';

import { byUrgency, holding, isUnacknowledged, stepFrom, turnTo, type AlarmRow } from '../src/rooms/alarms/urgency';

const row = (id: string, priority: number, state = 'unacknowledged', raised_at = 0) => ({ id, priority, state, raised_at }) as AlarmRow;

describe('the order of the queue', () => {
  it('is priority, then what nobody acknowledged, then the longest wait', () => {
    const rows = [row('d', 3), row('c', 2, 'acknowledged'), row('b', 2, 'unacknowledged', 9), row('a', 2, 'unacknowledged', 5)];
    expect(rows.sort(byUrgency).map((one) => one.id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('leaves the selected line where it was chosen, whatever became of it', () => {
    const held = row('a', 2);
    const sorted = [row('b', 2, 'unacknowledged', 5), row('a', 2, 'acknowledged'), row('c', 3)].sort(byUrgency);
    expect(sorted.map((one) => one.id)).toEqual(['b', 'a', 'c']);
    const shown = holding(sorted, held);
    expect(shown.map((one) => one.id)).toEqual(['a', 'b', 'c']);
    expect(shown[0]?.state).toBe('acknowledged');
  });

  it('makes no new list when nothing moved', () => {
    const sorted = [row('a', 1), row('b', 2)];
    expect(holding(sorted, row('b', 2))).toBe(sorted);
    expect(holding(sorted, row('gone', 2))).toBe(sorted);
    expect(holding(sorted, null)).toBe(sorted);
  });

  it('turns to the first line that asks, then down and round from one that still asks', () => {
    const rows = [row('a', 1, 'acknowledged'), row('b', 2), row('c', 2, 'acknowledged'), row('d', 3)];
    const turn = (selected: string | null) => turnTo(rows, selected, isUnacknowledged)?.id;
    expect([turn(null), turn('c'), turn('b'), turn('d')]).toEqual(['b', 'b', 'd', 'b']);
    expect(turnTo([row('a', 1, 'acknowledged')], 'a', isUnacknowledged)).toBeNull();
  });

  it('goes to its ends whether a line is selected or not', () => {
    const steps = [1, -1, -Infinity, Infinity];
    expect(steps.map((by) => stepFrom(-1, by, 5))).toEqual([0, 4, 0, 4]);
    expect(steps.map((by) => stepFrom(2, by, 5))).toEqual([3, 1, 0, 4]);
    expect([stepFrom(0, -1, 5), stepFrom(4, 1, 5)]).toEqual([0, 4]);
  });
});
