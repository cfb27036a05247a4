import { describe, expect, it } from 'vitest';

import { escalated, Ringing } from '../src/shell/ringing';

const one = (id: string, priority: number, since = 0) => ({ id, priority, since });

describe('Ringing', () => {
  it('sounds what arrives, not what stood when the desk opened', () => {
    const ringing = new Ringing();
    expect(ringing.judge(0, [one('a', 2)])).toBeNull();
    expect(ringing.judge(10, [one('a', 2), one('b', 3)])).toBe(3);
    expect(ringing.judge(20, [one('a', 2), one('b', 3)])).toBeNull();
  });

  it('sounds a storm once, a graver arrival in it again', () => {
    const ringing = new Ringing();
    ringing.judge(0, []);
    const storm = Array.from({ length: 2_000 }, (_, n) => one(`s${n}`, 2));
    expect(ringing.judge(100, storm.slice(0, 10))).toBe(2);
    expect(ringing.judge(300, storm.slice(0, 900))).toBeNull();
    expect(ringing.judge(900, storm)).toBeNull();
    expect(ringing.judge(1_000, [...storm, one('worse', 1)])).toBe(1);
    expect(ringing.judge(20_000, [...storm, one('later', 2)])).toBe(2);
  });

  it('repeats a critical one each minute until somebody acknowledges it', () => {
    const ringing = new Ringing();
    ringing.judge(0, []);
    expect(ringing.judge(1_000, [one('a', 1)])).toBe(1);
    expect(ringing.judge(60_000, [one('a', 1)])).toBeNull();
    expect(ringing.judge(61_000, [one('a', 1)])).toBe(1);
    expect(ringing.judge(121_000, [])).toBeNull();
  });

  it('repeats it whatever less grave arrives meanwhile', () => {
    const ringing = new Ringing();
    ringing.judge(0, []);
    const list = [one('a', 1)];
    const heard: [number, number][] = [];
    for (let now = 1_000; now <= 130_000; now += 1_000) {
      if (now % 20_000 === 0) list.push(one(`low${now}`, 4));
      const sounded = ringing.judge(now, list);
      if (sounded === 1) heard.push([now, sounded]);
    }
    expect(heard).toEqual([[1_000, 1], [61_000, 1], [121_000, 1]]);
  });

  it('sounds a storm of some seconds once, one without end each minute', () => {
    const ringing = new Ringing();
    ringing.judge(0, []);
    const list: { id: string; priority: number }[] = [];
    const heard: number[] = [];
    for (let now = 1_000; now <= 100_000; now += 1_000) {
      list.push(one(`s${now}`, 2));
      if (ringing.judge(now, list)) heard.push(now);
    }
    expect(heard).toEqual([1_000, 61_000]);
    expect(ringing.judge(105_000, [...list, one('later', 2)])).toBe(2);
  });

  it('does not sound again what came back with the link', () => {
    const ringing = new Ringing();
    ringing.judge(0, [one('a', 2), one('b', 2)]);
    ringing.judge(5_000, []);
    expect(ringing.judge(9_000, [one('a', 2), one('b', 2)])).toBeNull();
  });
});

describe('escalated', () => {
  it('is critical and two minutes of the room old, whatever the pace of the city', () => {
    const list = [one('a', 1, 0), one('b', 2, 0), one('c', 1, 100_000_000)];
    expect(escalated(list, 119_000_000, 1)).toEqual([]);
    expect(escalated(list, 120_000_000, 1).map(({ id }) => id)).toEqual(['a']);
    expect(escalated(list, 120_000_000, 10)).toEqual([]);
  });
});
