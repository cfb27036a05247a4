import { describe, expect, it } from 'vitest';

import { compare } from '../src/rooms/standby/compare';

const rows = (topics: Record<string, Record<string, unknown>>) =>
  new Map(Object.entries(topics).map(([name, held]) => [name, new Map(Object.entries(held))]));
const said = (after: unknown, before: unknown) => ({ text: `${before ? 'b' : '-'}${after ? 'a' : '-'}` });

describe('what was missed', () => {
  it('is what came, what left, what changed; not what stayed', () => {
    const same = { n: 1 };
    const found = compare(rows({ x: { stays: same, left: {}, changed: { n: 1 } } }), rows({ x: { stays: same, changed: { n: 2 }, came: {} } }), { x: said });
    expect(found.lines.map(({ text }) => text).sort()).toEqual(['-a', 'b-', 'ba']);
    expect(found.total).toBe(3);
  });

  it('says nothing of a row that only was sent again', () => {
    const found = compare(rows({ incidents: { a: { n: 1 } } }), rows({ incidents: { a: { n: 1 } } }), {});
    expect(found).toEqual({ total: 0, lines: [] });
  });

  it('counts the topics that nobody tells, machines left out', () => {
    const found = compare(rows({}), rows({ incidents: { a: {}, b: {} }, sources: { s: {} } }), {});
    expect(found.total).toBe(2);
    expect(found.lines).toHaveLength(1);
    expect(found.lines[0]!.text).toContain('2');
  });

  it('lists five hundred at most and counts them all', () => {
    const many = Object.fromEntries(Array.from({ length: 700 }, (_, n) => [String(n), {}]));
    const found = compare(rows({}), rows({ x: many }), { x: said });
    expect(found.total).toBe(700);
    expect(found.lines).toHaveLength(500);
  });
});
