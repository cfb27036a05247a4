import { describe, expect, it } from 'vitest';

import { lastTime, nextTime, readClock } from '../src/ui/clockField';
import { clock, duration, fromLocal, nextClock, offsetMinutes, quantity, toLocal, when } from '../src/ui/format';

const PARIS = 'Europe/Paris';
const at = (iso: string) => Date.parse(iso) * 1_000;

describe('clock', () => {
  it('shows local time', () => {
    expect(clock(at('2025-06-21T19:40:00Z'), 'fr', PARIS)).toBe('21:40');
    expect(clock(at('2025-12-21T15:52:00Z'), 'fr', PARIS)).toBe('16:52');
  });

  it('tells the two 02:30 of the night of the clock change apart', () => {
    expect(clock(at('2025-10-26T00:30:00Z'), 'fr', PARIS)).toBe('02:30 (été)');
    expect(clock(at('2025-10-26T01:30:00Z'), 'fr', PARIS)).toBe('02:30 (hiver)');
    expect(clock(at('2025-10-26T03:30:00Z'), 'fr', PARIS)).toBe('04:30');
  });
});

describe('duration', () => {
  it('counts as the room says it', () => {
    expect([12, 240, 3_900, 90_000, 300_000].map((s) => duration(s * 1_000_000, 'fr'))).toEqual(['12 s', '4 min', '1 h 05', '25 h 00', '3 j']);
    expect(duration(-5, 'fr')).toBe('0 s');
  });
});

describe('local times typed', () => {
  it('come back to UTC, summer and winter', () => {
    expect(fromLocal('2025-06-21T21:40', PARIS)).toBe(at('2025-06-21T19:40:00Z'));
    expect(fromLocal('2025-12-21T16:52', PARIS)).toBe(at('2025-12-21T15:52:00Z'));
    expect(toLocal(at('2025-06-21T19:40:00Z'), PARIS)).toBe('2025-06-21T21:40');
    expect(offsetMinutes(at('2025-06-21T19:40:00Z'), PARIS)).toBe(120);
  });

  it('are read however they are written', () => {
    for (const text of ['21:58', '2158', '21h58', ' 21 h 58 ']) expect(readClock(text)).toEqual({ hour: 21, minute: 58, season: '' });
    for (const text of ['0230é', '02:30 été', '02:30 (summer)']) expect(readClock(text)).toEqual({ hour: 2, minute: 30, season: 'summer' });
    for (const text of ['0230h', '02h30 hiver', '2:30 (winter)']) expect(readClock(text)).toEqual({ hour: 2, minute: 30, season: 'winter' });
    for (const text of ['25:00', '21:60', 'demain', '']) expect(readClock(text)).toBeNull();
  });

  it('mean the last such time for a fact, the next one for an end', () => {
    const now = at('2025-06-21T22:30:00Z');
    expect(lastTime('21:58', now, PARIS)).toBe(at('2025-06-21T19:58:00Z'));
    expect(lastTime('00:10', now, PARIS)).toBe(at('2025-06-21T22:10:00Z'));
    expect(nextTime('06:30', now, PARIS)).toBe(at('2025-06-22T04:30:00Z'));
    expect(nextTime('00:10', now, PARIS)).toBe(at('2025-06-22T22:10:00Z'));
    expect(nextClock(now, 6, 30, PARIS)).toBe(at('2025-06-22T04:30:00Z'));
    expect(lastTime('hier', now, PARIS)).toBeNaN();
  });

  it('are the nearest of two same hours, unless it is said which', () => {
    const [summer, winter] = [at('2026-10-25T00:30:00Z'), at('2026-10-25T01:30:00Z')];
    const [before, during, between, after] = ['2026-10-25T00:10:00Z', '2026-10-25T00:40:00Z', '2026-10-25T01:10:00Z', '2026-10-25T02:10:00Z'].map(at) as [number, number, number, number];
    expect([during, between, after].map((now) => lastTime('0230', now, PARIS))).toEqual([summer, summer, winter]);
    expect(lastTime('0230', before, PARIS)).toBe(at('2026-10-24T00:30:00Z'));
    expect(lastTime('0230é', after, PARIS)).toBe(summer);
    expect(lastTime('02:30 (été)', after, PARIS)).toBe(summer);
    expect(lastTime('0230h', after, PARIS)).toBe(winter);
    expect([before, during, between].map((now) => nextTime('0230', now, PARIS))).toEqual([summer, winter, winter]);
    expect(nextTime('0230h', before, PARIS)).toBe(winter);
    expect(nextTime('0230', after, PARIS)).toBe(at('2026-10-26T01:30:00Z'));
    expect(lastTime('2158é', at('2026-10-25T22:00:00Z'), PARIS)).toBe(at('2026-10-25T20:58:00Z'));
  });
});

describe('when', () => {
  it('names the day only when it is another one', () => {
    const now = at('2025-06-21T19:40:00Z');
    expect(when(at('2025-06-21T18:00:00Z'), now, 'fr', PARIS)).toBe('20:00');
    expect(when(at('2025-06-20T18:00:00Z'), now, 'fr', PARIS)).toContain('20 juin');
  });
});

describe('quantity', () => {
  it('writes figures as French does', () => {
    expect(quantity(1_234.5, 'W', 'fr')).toMatch(/^1\s235 W$/);
    expect(quantity(81.26, 'W', 'fr')).toBe('81,3 W');
    expect(quantity(0.123, '', 'en')).toBe('0.12');
  });
});
