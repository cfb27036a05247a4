import { describe, expect, it } from 'vitest';

import { guess, guessSource } from '../src/rooms/incidents/guess';
import type { Choices } from '../src/rooms/incidents/types';

const category = (name: string, priority: number, words: string[]) =>
  ({ name, priority, words, trade: '', label: {}, masked: false, cause: '' }) as Choices['categories'][number];

// words are folded, as the server sends them
const CATEGORIES = [
  category('mast_down', 1, ['mat couche']), category('bare_wires', 1, ['cables a nu']), category('gas', 1, ['gaz']),
  category('lamp_out', 3, ['lampadaire', 'eteint']), category('circuit_tripped', 2, ['toute la rue']), category('other', 3, []),
];

describe('what the words of N tell', () => {
  it('is the first danger of the list, whatever else is said', () => {
    expect(guess('Mât couché avenue du Drapeau, câbles à nu', CATEGORIES)).toBe('mast_down');
    expect(guess('lampadaire, câbles à nu', CATEGORIES)).toBe('bare_wires');
  });

  it('is else the longest words', () => {
    expect(guess('toute la rue éteinte', CATEGORIES)).toBe('circuit_tripped');
    expect(guess('LAMPADAIRES ÉTEINTS', CATEGORIES)).toBe('lamp_out');
  });

  it('never takes a short word for the beginning of another', () => {
    expect(guess('gazon à tondre', CATEGORIES)).toBe('other');
    expect(guess('odeur de gaz', CATEGORIES)).toBe('gas');
  });

  it('takes a long word with its ending, never as the beginning of another', () => {
    const circuit = [category('circuit_tripped', 2, ['depart']), category('other', 3, [])];
    expect(guess('véhicule arrêté sur la départementale 905', circuit)).toBe('other');
    expect(guess('les départs 3 et 4', circuit)).toBe('circuit_tripped');
  });

  it('names the source when it is said', () => {
    expect(guessSource('mât couché, radio PM')).toBe('radio');
    expect(guessSource('vu à la caméra 12')).toBe('camera');
    expect(guessSource('nid de poule')).toBe('');
  });
});
