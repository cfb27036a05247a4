import { describe, expect, it } from 'vitest';

import type { LogEntry } from '../src/api/types';
import { correctable, following, visaOf, type Visa } from '../src/rooms/logbook/paging';

const DAY = 86_400_000_000;
const line = (position: number, happened_at: number, trade = '*') =>
  ({ id: String(position), position, happened_at, recorded_at: happened_at, source: 'typed', corrected_by: null, scope: ['', trade, '*'] }) as unknown as LogEntry;

describe('the main courante page after page', () => {
  it('keeps how far one read when a line arrives', () => {
    const shown = [line(3, 30), line(9, 20), line(1, 20), line(2, 10)];
    const again = [line(10, 40), line(3, 30), line(9, 20)];
    expect(following(shown, again, 3).map((one) => one.position)).toEqual([1, 2]);
    // fewer than asked: that is all there is
    expect(following(shown, again, 4)).toEqual([]);
  });

  it('offers a correction by the age of the line, not by where it is', () => {
    expect(correctable(line(1, 0), 2 * DAY)).toBe(true);
    expect(correctable(line(1, 0), 3 * DAY)).toBe(false);
    expect(correctable({ ...line(1, 0), source: 'automatic' }, DAY)).toBe(false);
    expect(correctable({ ...line(1, 0), corrected_by: '2' }, DAY)).toBe(false);
  });

  it('finds the visa of the line in its own compartment', () => {
    const visas = [{ id: 'a', first: 1, last: 9, compartment: '' }, { id: 'b', first: 4, last: 4, compartment: 'police' }] as Visa[];
    expect(visaOf(line(4, 0), visas)?.id).toBe('a');
    expect(visaOf(line(4, 0, 'police'), visas)?.id).toBe('b');
    expect(visaOf(line(10, 0), visas)).toBeUndefined();
  });
});
