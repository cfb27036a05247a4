import { describe, expect, it } from 'vitest';

import { readDay, writeDay } from '../src/ui/dayField';

const TODAY = '2026-06-21';

describe('a day and an hour as they are typed', () => {
  it.each([
    ['21/06/2026 21:37', '2026-06-21T21:37'], ['1/7 6h05', '2026-07-01T06:05'], ['22.06.2026 2137', '2026-06-22T21:37'],
    ['9:05', '2026-06-21T09:05'], ['2025-11-22T17:22', '2025-11-22T17:22'],
  ])('reads %s', (typed, meant) => expect(readDay(typed, TODAY)).toBe(meant));

  it.each(['', '31/06/2026 10:00', '21/06/2026', '21/06/2026 25:00', 'demain', '21/13 10:00'])('does not read « %s »', (typed) =>
    expect(readDay(typed, TODAY)).toBe(''));

  it('writes what it reads', () => {
    expect(writeDay('2026-06-21T21:37')).toBe('21/06/2026 21:37');
    expect(readDay(writeDay('2026-01-02T03:04'), TODAY)).toBe('2026-01-02T03:04');
    expect(writeDay('')).toBe('');
  });
});
