import { describe, expect, it, vi } from 'vitest';

import { Topics } from '../src/store/topics.svelte';

vi.stubGlobal('requestAnimationFrame', () => 0);
vi.stubGlobal('document', { hidden: false });

interface Line { title: string; points: number }
const frame = (id: string, v: Line, snapshot = false) => ({ snapshot, rows: { lines: [{ id, v }] } }) as never;

function lines(reads?: (row: Line) => string) {
  const topics = new Topics();
  const topic = topics.of<Line>('lines');
  topic.reads = reads ?? null;
  topics.take(frame('a', { title: 'Départ 3 déclenché', points: 1 }, true));
  return { topics, topic };
}

describe('what the screen is told', () => {
  it('comes at once after a quiet moment, then at most once a drawing; the revision never waits', () => {
    vi.useFakeTimers();
    const drawings: (() => void)[] = [];
    vi.stubGlobal('requestAnimationFrame', (draw: () => void) => drawings.push(draw));
    const { topics, topic } = lines();
    const seen = () => [topic.version, topic.revision, drawings.length];
    vi.advanceTimersByTime(60);
    const [version, revision] = [topic.version, topic.revision];
    topics.take(frame('b', { title: 'Mât couché', points: 1 }));
    expect(seen()).toEqual([version + 1, revision + 1, 0]);
    topics.take(frame('c', { title: 'Mât couché', points: 1 }));
    topics.take(frame('d', { title: 'Mât couché', points: 1 }));
    expect(seen()).toEqual([version + 1, revision + 3, 1]);
    drawings[0]!();
    expect(seen()).toEqual([version + 2, revision + 3, 1]);
    vi.stubGlobal('requestAnimationFrame', () => 0);
    vi.useRealTimers();
  });
});

describe('a line that changed under the finger', () => {
  it('is one whose words changed, not one that counts more lamps', () => {
    const { topics, topic } = lines((row) => row.title);
    topics.take(frame('a', { title: 'Départ 3 déclenché', points: 2 }));
    expect(topic.touched.has('a')).toBe(false);
    expect(topic.rows.get('a')!.points).toBe(2);
    topics.take(frame('a', { title: 'Armoire sans tension', points: 2 }));
    expect(topic.touched.has('a')).toBe(true);
  });

  it('is any change where the room does not tell what is read, and any arrival', () => {
    const { topics, topic } = lines();
    topics.take(frame('a', { title: 'Départ 3 déclenché', points: 2 }));
    expect(topic.touched.has('a')).toBe(true);
    topic.reads = (row) => row.title;
    topics.take(frame('b', { title: 'Mât couché', points: 1 }));
    expect(topic.touched.has('b')).toBe(true);
  });

  it('is none of a snapshot', () => {
    const { topic } = lines();
    expect(topic.touched.size).toBe(0);
  });
});
