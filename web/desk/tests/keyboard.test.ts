import { describe, expect, it } from 'vitest';

import { digitOf, isFor, resolve, type KeyPress } from '../src/shell/keyboard';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });
const QUEUE = { queue: true, typing: false };
const ELSEWHERE = { queue: false, typing: false };
const TYPING = { queue: false, typing: true };

describe('resolve', () => {
  it('reads the character typed, capital or not', () => {
    for (const key of ['a', 'A']) expect(resolve(press(key), QUEUE)).toBe('acknowledge');
    expect(resolve(press('p'), QUEUE)).toBe('take');
    expect(resolve(press('o'), QUEUE)).toBe('order');
    expect(resolve(press('m'), QUEUE)).toBe('write');
    expect(resolve(press('?'), QUEUE)).toBe('keys');
  });

  it('takes arrows as well as letters', () => {
    expect(resolve(press('ArrowDown'), QUEUE)).toBe(resolve(press('j'), QUEUE));
    expect(resolve(press('ArrowUp'), QUEUE)).toBe(resolve(press('k'), QUEUE));
  });

  it('turns to what waits with the space bar, never outside the queue', () => {
    expect(resolve(press(' '), QUEUE)).toBe('turn');
    expect(resolve(press(' '), ELSEWHERE)).toBeNull();
    expect(resolve(press(' '), TYPING)).toBeNull();
  });

  it('gives single letters to nobody but the queue', () => {
    expect(resolve(press('a'), ELSEWHERE)).toBeNull();
    expect(resolve(press('a'), TYPING)).toBeNull();
    expect(resolve(press('Enter'), ELSEWHERE)).toBeNull();
  });

  it('never takes what AltGr types on AZERTY', () => {
    expect(resolve(press('€', { ctrlKey: true, altKey: true }), QUEUE)).toBeNull();
    expect(resolve(press('k', { ctrlKey: true, altKey: true }), QUEUE)).toBeNull();
  });

  it('searches and closes from anywhere, undoes outside a field', () => {
    expect(resolve(press('k', { ctrlKey: true }), TYPING)).toBe('palette');
    expect(resolve(press('Escape'), TYPING)).toBe('close');
    expect(resolve(press('z', { ctrlKey: true }), QUEUE)).toBe('undo');
    expect(resolve(press('z', { ctrlKey: true }), TYPING)).toBeNull();
  });

  it('does not repeat an act while the key stays down', () => {
    expect(resolve(press('a', { repeat: true }), QUEUE)).toBeNull();
    expect(resolve(press('j', { repeat: true }), QUEUE)).toBe('next');
  });
});

describe('digitOf', () => {
  const azerty = [...'à&é"\'(-è_ç'];

  it('reads a digit typed on the top row or on the number pad', () => {
    for (let digit = 0; digit <= 9; digit += 1) {
      expect(digitOf(press(String(digit), { code: `Digit${digit}`, shiftKey: true }))).toBe(digit);
      expect(digitOf(press(String(digit), { code: `Numpad${digit}` }))).toBe(digit);
    }
  });

  it('reads the top row of AZERTY without a capital, with capitals locked too', () => {
    azerty.forEach((key, digit) => {
      expect(digitOf(press(key, { code: `Digit${digit}` }))).toBe(digit);
      expect(digitOf(press(key))).toBe(digit);
      expect(digitOf(press(key.toUpperCase(), { code: `Digit${digit}` }))).toBe(digit);
    });
  });

  it('falls back on the place for a top row that it does not know (§ and ! of AZERTY on a Mac)', () => {
    expect(digitOf(press('§', { code: 'Digit6' }))).toBe(6);
    expect(digitOf(press('!', { code: 'Digit8' }))).toBe(8);
    expect(digitOf(press('Dead', { code: 'Digit2' }))).toBeNull();
  });

  it('never takes the same characters of another place, a capital, or what AltGr types', () => {
    expect(digitOf(press('-', { code: 'Minus' }))).toBeNull();
    expect(digitOf(press("'", { code: 'Quote' }))).toBeNull();
    expect(digitOf(press('-', { code: 'NumpadSubtract' }))).toBeNull();
    expect(digitOf(press('&', { code: 'Digit7', shiftKey: true }))).toBeNull();
    expect(digitOf(press('#', { code: 'Digit3', ctrlKey: true, altKey: true }))).toBeNull();
    expect(digitOf(press('à', { code: 'Digit1' }))).toBeNull();
    expect(digitOf(press('a', { code: 'KeyQ' }))).toBeNull();
  });

  it('lets the keys 1 to 5 and 0 of a room be pressed without a capital, never in a field', () => {
    const two = { key: '2', anywhere: true };
    expect(isFor(two, press('é', { code: 'Digit2' }), ELSEWHERE)).toBe(true);
    expect(isFor(two, press('é', { code: 'Digit2' }), TYPING)).toBe(false);
    expect(isFor(two, press('"', { code: 'Digit3' }), ELSEWHERE)).toBe(false);
  });
});
