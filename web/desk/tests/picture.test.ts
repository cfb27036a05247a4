import { describe, expect, it } from 'vitest';

import { clusters, inside, nearest, rankOf } from '../src/map/grid';
import { relative, symbolRadius } from '../src/map/points';
import { FLAG, Picture, STATE, mercatorX, mercatorY } from '../src/store/picture';

function positions(places: [number, number, number][]): ArrayBuffer {
  const buffer = new ArrayBuffer(4 + places.length * 16);
  const view = new DataView(buffer);
  view.setUint32(0, places.length, true);
  places.forEach(([index, lon, lat], place) => {
    const at = 4 + place * 16;
    view.setUint32(at, index, true);
    view.setFloat32(at + 4, lon, true);
    view.setFloat32(at + 8, lat, true);
  });
  return buffer;
}

const lamp = (index: number, state: number, level = 0, flags = 0) => ({ index: Uint32Array.of(index), word: Uint32Array.of(((flags << 16) | (level << 8) | state) >>> 0) });

function city(): Picture {
  const picture = new Picture();
  picture.load(positions([[10, 5.0400, 47.3200], [20, 5.0401, 47.3200], [30, 5.1000, 47.3500]]));
  return picture;
}

describe('Picture', () => {
  it('finds states by asset index, before and after the places are known', () => {
    const picture = new Picture();
    picture.takeLamps(lamp(20, STATE.lit, 70));
    picture.load(positions([[10, 5.04, 47.32], [20, 5.05, 47.33]]));
    expect(picture.state(picture.slot(20))).toBe(STATE.lit);
    expect(picture.level(picture.slot(20))).toBe(70);
    expect(picture.takeLamps(lamp(99, STATE.lit))).toBe(1);
    expect(picture.slot(99)).toBe(-1);
  });

  it('keeps states when places are read again', () => {
    const picture = city();
    picture.takeLamps(lamp(30, STATE.fault, 0, FLAG.work));
    picture.load(positions([[5, 5, 47], [30, 5.1, 47.35]]));
    expect(picture.state(picture.slot(30))).toBe(STATE.fault);
    expect(picture.flags(picture.slot(30))).toBe(FLAG.work);
  });

  it('counts by state', () => {
    const picture = city();
    picture.takeLamps(lamp(10, STATE.lit, 100));
    expect([...picture.tally(null)].slice(0, 3)).toEqual([2, 1, 0]);
  });
});

describe('grid', () => {
  it('picks the nearest within reach, and an alarm rather than its neighbour', () => {
    const picture = city();
    const x = mercatorX(5.04004);
    const y = mercatorY(47.32);
    const reach = mercatorX(5.041) - mercatorX(5.04);
    expect(nearest(picture, x, y, reach, () => true)).toBe(picture.slot(10));
    picture.takeLamps(lamp(20, STATE.alarm, 0, FLAG.high));
    expect(nearest(picture, x, y, reach, () => true)).toBe(picture.slot(20));
    expect(nearest(picture, mercatorX(6), y, reach, () => true)).toBe(-1);
  });

  it('tells the worst of a cell and its count', () => {
    const picture = city();
    picture.takeLamps(lamp(10, STATE.fault));
    picture.takeLamps(lamp(20, STATE.alarm, 0, FLAG.critical | FLAG.acknowledged));
    const found = clusters(picture, 0.01, () => true);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ count: 1, rank: 1, acknowledged: true, slot: picture.slot(20) });
    expect(rankOf(picture, picture.slot(30))).toBe(9);
  });

  it('counts alarms together, faults together', () => {
    const picture = city();
    picture.takeLamps(lamp(10, STATE.fault));
    picture.takeLamps(lamp(20, STATE.dark));
    expect(clusters(picture, 0.01, () => true)[0]).toMatchObject({ count: 2, rank: 5 });
    picture.takeLamps(lamp(10, STATE.alarm, 0, FLAG.medium));
    picture.takeLamps(lamp(20, STATE.alarm, 0, FLAG.low));
    expect(clusters(picture, 0.01, () => true)[0]).toMatchObject({ count: 2, rank: 3 });
  });

  it('selects inside a drawing only', () => {
    const picture = city();
    const square: [number, number][] = [[5.03, 47.31], [5.05, 47.31], [5.05, 47.33], [5.03, 47.33]];
    expect(inside(picture, square, () => true).map((slot) => picture.index[slot])).toEqual([10, 20]);
  });
});

describe('points', () => {
  it('keeps centimetres when the matrix moves to the origin', () => {
    const matrix = new Float64Array(16);
    matrix[0] = matrix[5] = 1e6;
    matrix[12] = -514_000.123;
    matrix[15] = 1;
    expect(relative(matrix, [0.514, 0.3])[12]).toBeCloseTo(-0.123, 4);
  });

  it('grows with the zoom, never shrinks', () => {
    const radii = [8, 11, 12.5, 14, 15.7, 18, 21].map(symbolRadius);
    expect(radii).toEqual([...radii].sort((a, b) => a - b));
  });
});
