import { beforeEach, describe, expect, it, vi } from 'vitest';

const kept = vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined, length: 0 });
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
  return new Map<string, unknown>();
});
vi.mock('../src/store/disk', () => ({
  disk: {
    find: async (key: string) => kept.get(key),
    keep: async (values: [string, unknown][]) => values.forEach(([key, value]) => kept.set(key, value)),
  },
}));

import type { Absence } from '../src/rooms/standby/absence';
import type { Me } from '../src/api/types';

// a whole desk is opened again in each
vi.setConfig({ testTimeout: 60_000 });
const absence = (since: number, ...texts: string[]): Absence => ({
  account: 'alix', since, until: since + 10, total: texts.length, lines: texts.map((text) => ({ text, at: since })),
});
const texts = (held: Absence | null) => held?.lines.map(({ text }) => text);

/** Open the desk: a new program, the same disk. */
async function open() {
  vi.resetModules();
  const { session } = await import('../src/store/session.svelte');
  session.me = { account: 'alix' } as Me;
  const { missed } = await import('../src/rooms/standby/missed.svelte');
  const stop = missed.start();
  await vi.waitFor(() => undefined);
  return { missed, stop };
}

describe('what was missed and nobody read', () => {
  beforeEach(() => kept.clear());

  it('is not lost with the next hiccup, which adds to it', async () => {
    const { missed, stop } = await open();
    missed.add(absence(100, 'départ 3', 'départ 4'));
    missed.add(absence(200));
    expect([texts(missed.absence), missed.unread, missed.nothing]).toEqual([['départ 3', 'départ 4'], true, false]);
    missed.add(absence(300, 'armoire'));
    expect(missed.absence).toMatchObject({ since: 100, until: 310, total: 3 });
    expect(texts(missed.absence)).toEqual(['armoire', 'départ 3', 'départ 4']);
    stop();
  });

  it('is there again after a reload, read or not', async () => {
    const first = await open();
    first.missed.add(absence(100, 'départ 3'));
    first.stop();
    const second = await open();
    await vi.waitFor(() => expect(texts(second.missed.absence)).toEqual(['départ 3']));
    expect(second.missed.unread).toBe(true);
    second.missed.read();
    second.stop();
    const third = await open();
    await vi.waitFor(() => expect(texts(third.missed.absence)).toEqual(['départ 3']));
    expect(third.missed.unread).toBe(false);
    third.stop();
  });

  it('gives way to the next absence once it was read', async () => {
    const { missed, stop } = await open();
    missed.add(absence(100, 'départ 3'));
    missed.read();
    missed.add(absence(200));
    expect([missed.nothing, texts(missed.absence)]).toEqual([true, ['départ 3']]);
    missed.add(absence(300, 'armoire'));
    expect(texts(missed.absence)).toEqual(['armoire']);
    stop();
  });
});
