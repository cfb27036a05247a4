import { describe, expect, it } from 'vitest';

import { lost, type Kept } from '../src/shell/windows.svelte';

const place = { left: 0, top: 0, width: 960, height: 900 };
const kept = (number: string, closed: number | null): Kept => ({ number, place, hash: '#/alarms', at: 0, closed });
const numbers = (found: Kept[]) => found.map(({ number }) => number);

describe('lost windows', () => {
  it('come back after a crash, in their order, neither this one nor those that live', () => {
    const all = [kept('3', null), kept('1', null), kept('2', null), kept('4', null)];
    expect(numbers(lost(all, new Set(['1', '4']), '1', null))).toEqual(['2', '3']);
  });

  it('stay closed when a person closed them', () => {
    const all = [kept('2', 50_000), kept('3', null)];
    expect(numbers(lost(all, new Set(['1']), '1', null))).toEqual(['3']);
    expect(numbers(lost(all, new Set(['1']), '1', 90_000))).toEqual(['3']);
  });

  it('come back with a browser that was closed as a whole', () => {
    expect(numbers(lost([kept('2', 99_000), kept('3', 20_000)], new Set(['1']), '1', 100_500))).toEqual(['2']);
  });
});
