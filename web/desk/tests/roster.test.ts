import { describe, expect, it } from 'vitest';

import { bounds, gaps, mondayOf, paste, plusDays, readWeek, writeWeek, BadCell, type Turn } from '../src/rooms/dispatch/roster';
import { fromLocal } from '../src/ui/format';

const ZONE = 'Europe/Paris';
const HOUR = 3_600_000_000;
const night = (day: string): Turn => ({
  kind: 'duty', subject: 'e1', start: fromLocal(`${day}T20:00`, ZONE), end: fromLocal(`${plusDays(day, 1)}T05:00`, ZONE), rank: 0, delay_min: 0,
});

describe('a week of roster', () => {
  it('comes back as it was read', () => {
    const turns = [night('2025-10-20'), night('2025-10-25'), { ...night('2025-10-21'), kind: 'on_call' as const, subject: 'a', rank: 1, delay_min: 45 }];
    const week = readWeek(turns, ['e1', 'e2'], '2025-10-20', ZONE);
    expect(week.duty.e1![0]).toBe('20:00-05:00');
    expect(week.duty.e2).toEqual(['', '', '', '', '', '', '']);
    expect(writeWeek(week, ZONE).sort((a, b) => a.start - b.start)).toEqual(turns.sort((a, b) => a.start - b.start));
  });

  it('keeps the hours of the clock when pasted over its change', () => {
    const week = readWeek([night('2025-10-18')], ['e1'], '2025-10-13', ZONE);
    const [turn] = writeWeek(paste(week, '2025-10-20'), ZONE);
    expect(turn!.start).toBe(fromLocal('2025-10-25T20:00', ZONE));
    expect((turn!.end - turn!.start) / HOUR).toBe(10);
  });

  it('begins on Monday and lasts 167 to 169 hours', () => {
    expect(mondayOf(fromLocal('2025-10-26T23:30', ZONE), ZONE)).toBe('2025-10-20');
    const hours = ['2025-10-20', '2026-03-23', '2025-06-16'].map((monday) => {
      const { start, end } = bounds(monday, ZONE);
      return (end - start) / HOUR;
    });
    expect(hours).toEqual([169, 167, 168]);
  });

  it('refuses a cell that cannot be read', () => {
    const week = readWeek([], ['e1'], '2025-10-20', ZONE);
    week.duty.e1![2] = '5-12';
    expect(() => writeWeek(week, ZONE)).toThrow(BadCell);
    week.duty.e1![2] = '5:00-12:00 13h00-17h30';
    expect(writeWeek(week, ZONE)).toHaveLength(2);
  });

  it('tells its gaps by rank', () => {
    const at = (day: string, hour: string) => fromLocal(`2025-10-${day}T${hour}:00`, ZONE);
    const watch = (from: number, to: number): Turn => ({ kind: 'on_call', subject: 'a', start: from, end: to, rank: 1, delay_min: 45 });
    const turns = [watch(at('19', '08'), at('22', '08')), watch(at('23', '08'), at('27', '08'))];
    const { start, end } = bounds('2025-10-20', ZONE);
    expect(gaps(turns, [1, 2], start, end)).toEqual([
      { rank: 1, from: at('22', '08'), to: at('23', '08') },
      { rank: 2, from: start, to: end },
    ]);
    expect(gaps([watch(at('19', '08'), at('28', '08'))], [1], start, end)).toEqual([]);
  });
});
