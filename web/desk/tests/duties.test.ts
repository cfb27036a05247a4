import { describe, expect, it } from 'vitest';

import { readDue, readReminder } from '../src/rooms/duties/due';
import { endingWith, inOrder, nextUnseen, type Point } from '../src/rooms/duties/round';
import { fromLocal } from '../src/ui/format';

const PARIS = 'Europe/Paris';
const at = (text: string) => fromLocal(text, PARIS);
const NOW = at('2026-03-10T22:00');
const MINUTE = 60_000_000;

describe('the time of a reminder', () => {
  it('is a clock time to come, minutes, or a delay', () => {
    expect(readDue('04:30', NOW, PARIS)).toBe(at('2026-03-11T04:30'));
    expect(readDue('4h30', NOW, PARIS)).toBe(at('2026-03-11T04:30'));
    expect(readDue('23:15', NOW, PARIS)).toBe(at('2026-03-10T23:15'));
    expect(readDue('10', NOW, PARIS)).toBe(NOW + 10 * MINUTE);
    expect(readDue('+2h', NOW, PARIS)).toBe(NOW + 120 * MINUTE);
    expect(readDue('+1h30', NOW, PARIS)).toBe(NOW + 90 * MINUTE);
    expect(readDue('+45', NOW, PARIS)).toBe(NOW + 45 * MINUTE);
  });

  it('is nothing else', () => {
    for (const word of ['', 'bus', '25:00', '0', '+', '-3', '10h99']) expect(readDue(word, NOW, PARIS), word).toBeNull();
  });

  it('falls on the clock of the morning through both clock changes', () => {
    expect(readDue('04:30', at('2026-03-28T23:00'), PARIS)).toBe(at('2026-03-29T04:30'));
    expect(readDue('04:30', at('2026-10-24T23:00'), PARIS)! - at('2026-10-24T23:00')).toBe(6.5 * 60 * MINUTE);
  });

  it('comes first on the line, the text follows', () => {
    expect(readReminder('04:30 avant le premier bus', NOW, PARIS)).toEqual({ at: at('2026-03-11T04:30'), text: 'avant le premier bus' });
    expect(readReminder('avant le bus', NOW, PARIS)).toEqual({ at: null, text: 'avant le bus' });
  });
});

describe('the night round', () => {
  const points: Point[] = inOrder(['A045-12', 'A045-2', 'A045-22', 'B001-2'].map((code) => ({ id: code, code, street: '', number: '' })));

  it('lists points as they are painted and finds them by the end of their number', () => {
    expect(points.map((point) => point.code)).toEqual(['A045-2', 'A045-12', 'A045-22', 'B001-2']);
    expect(endingWith(points, '12').map((point) => point.code)).toEqual(['A045-12']);
    expect(endingWith(points, '2').map((point) => point.code)).toEqual(['A045-2', 'B001-2']);
    expect(endingWith(points, 'a045-2').map((point) => point.code)).toEqual(['A045-2']);
    expect(endingWith(points, '9')).toEqual([]);
    expect(endingWith(points, '')).toEqual([]);
  });

  it('goes on to the next point not seen, round the end', () => {
    expect(nextUnseen(points, { 'A045-12': '' }, 0)).toBe(2);
    expect(nextUnseen(points, { 'B001-2': 'dim' }, 2)).toBe(0);
    expect(nextUnseen(points, Object.fromEntries(points.map(({ id }) => [id, ''])), 3)).toBe(3);
  });
});
