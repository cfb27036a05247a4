import { describe, expect, it } from 'vitest';

import { fit, step, type NavPage } from '../src/shell/nav';

const page = (name: string, daily: number, order?: number): NavPage => ({ name, right: 'view', order, daily });
const PAGES = [page('overview', 9, 1), page('lighting', 1, 2), page('alarms', 3, 3), page('calls', 2, 4), page('relief', 99)];
const WIDTHS = new Map(PAGES.map(({ name }) => [name, 100]));

describe('what stands in the bar', () => {
  it('keeps the daily pages and always the current one', () => {
    expect(fit(PAGES, WIDTHS, 'lighting', 250)).toEqual(new Set(['lighting', 'calls']));
    expect(fit(PAGES, WIDTHS, 'overview', 250)).toEqual(new Set(['overview', 'lighting']));
    expect(fit(PAGES, WIDTHS, 'relief', 0)).toEqual(new Set(['relief']));
  });

  it('keeps pages of the menu out of the bar, however wide', () => {
    expect(fit(PAGES, WIDTHS, 'lighting', 5_000)).toEqual(new Set(['lighting', 'calls', 'alarms', 'overview']));
  });

  it('never gives a rarer page the place of a daily one that is too long', () => {
    expect(fit(PAGES, new Map([...WIDTHS, ['calls', 400]]), 'lighting', 320)).toEqual(new Set(['lighting']));
  });

  it('shows the current page alone until the titles are measured', () => {
    expect(fit(PAGES, new Map(), 'alarms', 900)).toEqual(new Set(['alarms']));
  });
});

describe('the keys of the menu', () => {
  const labels = ['Équipes', 'Journal', 'Réglages', 'Relève'];
  it('goes round with the arrows and to the ends', () => {
    expect([step('ArrowDown', 3, labels), step('ArrowUp', 0, labels), step('Home', 2, labels), step('End', 0, labels)]).toEqual([0, 3, 0, 3]);
  });

  it('goes to the next title of a letter, accents and case aside', () => {
    expect([step('r', 0, labels), step('R', 2, labels), step('e', 1, labels)]).toEqual([2, 3, 0]);
    expect([step('z', 1, labels), step('F5', 1, labels)]).toEqual([null, null]);
  });
});
