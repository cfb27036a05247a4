import { describe, expect, it } from 'vitest';

import { hears, type HeldDesk } from '../src/rooms/seats/hearing';

const desk = (id: string, state: HeldDesk['state'], seat: string | null): HeldDesk => ({ id, trades: [id], state, seat });
const DESKS = [desk('lighting', 'held', 'one'), desk('traffic', 'unheld', 'two'), desk('video', 'idle', null)];
const alarm = { id: 'a', priority: 1 };
const operator = { seat: 'one', takes: false };
const chief = { seat: 'three', takes: true };

describe('hears', () => {
  it('sounds at the seat that holds its desk and nowhere else, the chef de salle included', () => {
    expect(hears(alarm, ['lighting'], DESKS, operator)).toBe(true);
    expect(hears(alarm, ['lighting'], DESKS, { seat: 'two', takes: false })).toBe(false);
    expect(hears(alarm, ['lighting'], DESKS, { seat: null, takes: false })).toBe(false);
    expect(hears(alarm, ['lighting'], DESKS, chief)).toBe(false);
  });

  it("is the chef de salle's when nobody living holds its desk", () => {
    for (const trade of ['traffic', 'video', 'unknown']) {
      expect(hears(alarm, [trade], DESKS, operator)).toBe(false);
      expect(hears(alarm, [trade], DESKS, chief)).toBe(true);
    }
    expect(hears(alarm, ['traffic'], DESKS, { seat: 'two', takes: false })).toBe(true);
  });

  it('gives an unheld desk to who takes: everybody when the core says that no chef de salle is there', () => {
    const unheld = { ...alarm, chief: true };
    expect(hears(unheld, [], DESKS, operator)).toBe(false);
    expect(hears(unheld, [], DESKS, chief)).toBe(true);
    expect(hears(unheld, [], DESKS, { seat: 'one', takes: true })).toBe(true);
    expect(hears(alarm, ['traffic'], DESKS, { seat: null, takes: true })).toBe(true);
  });

  it("lets what concerns no desk be everybody's", () => {
    expect(hears({ id: 'reminder', priority: 3 }, [], DESKS, operator)).toBe(true);
  });
});
