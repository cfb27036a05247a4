import { describe, expect, it } from 'vitest';

import { copied, later, monday } from '../src/rooms/directory/week';
import { fromLocal } from '../src/ui/format';

const PARIS = 'Europe/Paris';
const at = (text: string) => fromLocal(text, PARIS);

describe('weeks of the duty rosters', () => {
  it('begin on Monday at midnight, through both clock changes', () => {
    expect(monday(at('2026-03-29T12:00'), PARIS)).toBe(at('2026-03-23T00:00'));
    expect(monday(at('2026-03-23T00:00'), PARIS)).toBe(at('2026-03-23T00:00'));
    expect(monday(at('2026-03-22T23:59'), PARIS, 1)).toBe(at('2026-03-23T00:00'));
    expect(monday(at('2026-10-25T12:00'), PARIS, 1)).toBe(at('2026-10-26T00:00'));
  });

  it('keep their local hours a week later', () => {
    expect(later(at('2026-03-27T08:00'), 7, PARIS)).toBe(at('2026-04-03T08:00'));
    expect(later(at('2026-10-20T08:00'), 7, PARIS) - at('2026-10-20T08:00')).toBe((7 * 24 + 1) * 3_600_000_000);
  });

  it('are copied into the next, cut at its edges', () => {
    const [begin, end] = [at('2026-03-30T00:00'), at('2026-04-06T00:00')];
    const last = [
      { contact: 'a', begin: at('2026-03-16T08:00'), end: at('2026-03-23T08:00') },
      { contact: 'b', begin: at('2026-03-23T08:00'), end: at('2026-03-30T08:00') },
    ];
    expect(copied(last, begin, end, PARIS)).toEqual([
      { contact: 'a', begin, end: at('2026-03-30T08:00') },
      { contact: 'b', begin: at('2026-03-30T08:00'), end },
    ]);
  });
});
