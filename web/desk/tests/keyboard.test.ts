import { describe, expect, it } from 'vitest';

import { resolve, type KeyPress } from '../src/shell/keyboard';

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
