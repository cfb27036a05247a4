import { describe, expect, it } from 'vitest';

import { readSpoken, type Speaker } from '../src/rooms/dispatch/spoken';

const CREWS: Speaker[] = [
  { id: 'eight', words: 'Éclairage 8 2026-0012 Rue Monge, Dijon · A045/D3' },
  { id: 'eighty', words: 'Éclairage 80 2026-0013 Rue de la Plaine, Dijon · A060/D1' },
  { id: 'home', words: 'astreinte éclairage 2026-0014 Avenue du Drapeau, Dijon · A043-34' },
  { id: 'patrol', words: 'Patrouille 112 2026-0015 Quai Navier, Dijon' },
];

const read = (text: string) => {
  const { who, named, hour, channel } = readSpoken(text, CREWS);
  return [who.map((one) => one.id).join(), named, hour, channel];
};

describe('a state told by voice', () => {
  it('is about the selected crew when nobody is named', () => {
    expect(read('')).toEqual(['', false, '', null]);
    expect(read('2158')).toEqual(['', false, '2158', null]);
    expect(read('2158t')).toEqual(['', false, '2158', 'phone']);
    expect(read('0:02t')).toEqual(['', false, '0:02', 'phone']);
    expect(read('21 h 58 a')).toEqual(['', false, '21 h 58', 'application']);
    expect(read('r')).toEqual(['', false, '', 'radio']);
    expect(read('0230é')).toEqual(['', false, '0230é', null]);
    expect(read('eclairage 8 0230 été t')).toEqual(['eight', true, '0230 été', 'phone']);
    expect(read('0230ht')).toEqual(['', false, '0230h', 'phone']);
  });

  it('finds whoever speaks by call sign, painted number or street, without accents', () => {
    expect(read('eclairage 8')).toEqual(['eight', true, '', null]);
    expect(read('a060')).toEqual(['eighty', true, '', null]);
    expect(read('drapeau 0158r')).toEqual(['home', true, '0158', 'radio']);
    expect(read('éclairage 8 21:58t')).toEqual(['eight', true, '21:58', 'phone']);
    expect(read('F012')).toEqual(['', true, '', null]);
    expect(read('astr t')).toEqual(['home', true, '', 'phone']);
  });

  it('takes a number whole and never guesses between two', () => {
    expect(read('8')).toEqual(['eight', true, '', null]);
    expect(read('ecl')).toEqual(['eight,eighty,home', true, '', null]);
    expect(read('voirie')).toEqual(['', true, '', null]);
    expect(read('patrouille 112')).toEqual(['patrol', true, '', null]);
  });

  it('refuses an hour that is none', () => {
    expect(read('a045 2799')).toEqual(['', true, '2799', null]);
  });
});
