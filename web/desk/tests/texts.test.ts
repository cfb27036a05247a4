import { describe, expect, it } from 'vitest';

import { en } from '../src/i18n/en';
import { fr } from '../src/i18n/fr';
import { interpolate } from '../src/i18n/interpolate';
import { rank } from '../src/shell/palette';

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

describe('catalogues', () => {
  it('have the same parameters in both languages', () => {
    for (const key of Object.keys(fr) as (keyof typeof fr)[]) expect(holes(en[key]), key).toEqual(holes(fr[key]));
  });

  it('leave nothing empty', () => {
    for (const catalogue of [fr, en]) for (const [key, text] of Object.entries(catalogue)) expect(text.trim(), key).not.toBe('');
  });
});

describe('interpolate', () => {
  it('fills, formats numbers, shows what is missing', () => {
    expect(interpolate('ouvert : {place}', { place_fr: 'lieu à préciser', place_en: 'place to be found' }, 'en')).toBe('ouvert : place to be found');
    expect(interpolate('{n} points sur {total}, {x}', { n: 1200, total: 3 }, 'en')).toBe('1,200 points sur 3, {x}');
  });
});

describe('rank', () => {
  it('finds without accents, first words first', () => {
    const entries = [{ label: 'Vue d\'ensemble' }, { label: 'Éclairage' }, { label: 'Ordre éclairé' }];
    expect(rank(entries, 'eclair').map((e) => e.label)).toEqual(['Éclairage', 'Ordre éclairé']);
  });
});
