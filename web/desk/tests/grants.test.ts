import { describe, expect, it } from 'vitest';

import { inFours, spellGrant, type Words } from '../src/rooms/access/grants';

const WORDS: Words = {
  commune: (code) => ({ 21231: 'Dijon', 21355: 'Longvic' })[code] ?? code,
  trade: (name) => ({ lighting: 'Éclairage' })[name] ?? name,
  kind: (name) => ({ cabinet: 'Armoire' })[name] ?? name,
  everywhere: () => ['toutes les communes', 'tous les métiers', 'tous les équipements'],
};
const spell = (communes: string[], trades: string[], kinds: string[]) => spellGrant({ role: 'operator', communes, trades, kinds }, WORDS);

describe('what a role is held over, in words', () => {
  it('names what cuts it, and says when nothing does', () => {
    expect(spell(['21231', '21355'], ['lighting'], ['*'])).toBe('Dijon, Longvic · Éclairage');
    expect(spell(['*'], ['*'], ['*'])).toBe('toutes les communes · tous les métiers');
    expect(spell(['*'], ['neige'], ['cabinet'])).toBe('toutes les communes · neige · Armoire');
  });
});

it('writes a secret in groups of four', () => {
  expect(inFours('ABCDEFGHIJ')).toBe('ABCD EFGH IJ');
  expect(inFours('')).toBe('');
});
