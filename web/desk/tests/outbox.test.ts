import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const room = vi.hoisted(() => {
  const kept = new Map<string, string>();
  const room = { left: true, disk: false };
  vi.stubGlobal('localStorage', {
    get length() {
      return kept.size;
    },
    key: (place: number) => [...kept.keys()][place] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (!room.left) throw new DOMException('full', 'QuotaExceededError');
      kept.set(key, value);
    },
    removeItem: (key: string) => void kept.delete(key),
    clear: () => kept.clear(),
  });
  return room;
});
vi.mock('../src/store/disk', () => {
  const keep = async () => {
    if (!room.disk) throw new Error('full');
  };
  return { disk: { keep, forget: async () => undefined, list: async () => (room.disk ? [['outbox/a', { id: 'a', type: 'logbook.write', fields: {}, kept_at: 1 }]] : []) } };
});

import { notices } from '../src/shell/notice.svelte';
import { keepDraft, openDrafts, readDraft } from '../src/shell/draft';
import { newLocal, openOutbox, outbox } from '../src/shell/outbox.svelte';
import { live } from '../src/store/live.svelte';
import type { Me } from '../src/api/types';
import { session } from '../src/store/session.svelte';

const WRITE = 'logbook.write';
const DONE = '{"position": 1, "events": []}';
const REFUSED = '{"code": "logbook.closed", "text": "événement clos"}';

function answer(body: string, status = 200) {
  const asked = vi.fn(async () => new Response(body, { status }));
  vi.stubGlobal('fetch', asked);
  return asked;
}

function write(local = ''): Promise<unknown> {
  return outbox.send(WRITE, { text: 'Rue Monge éteinte' }, 1_000, 'Rue Monge éteinte', local);
}

describe('a line that the core refuses', () => {
  beforeEach(() => {
    localStorage.clear();
    outbox.refresh();
    notices.clear();
    live.lost = false;
    session.me = { account: 'alix', locked: false } as Me;
  });

  it('stays on the seat with its reason when it waited, and is no longer sent', async () => {
    live.lost = true;
    await write();
    live.lost = false;
    const asked = answer(REFUSED, 409);
    await outbox.flush();
    await outbox.flush();
    expect(asked).toHaveBeenCalledOnce();
    expect(outbox.waiting.map((one) => one.refused)).toEqual(['événement clos']);
    expect(outbox.of(WRITE)).toEqual([]);
    expect(notices.current?.text).toBe('événement clos');
  });

  it('keeps its words and no longer whom it was about after a day', async () => {
    live.lost = true;
    await outbox.send('requests.record', { text: 'trou', contact: { phone: '0639980000' } }, 1_000, 'trou', 'one');
    live.lost = false;
    answer(REFUSED, 409);
    await outbox.flush();
    expect(outbox.waiting[0]!.fields).toHaveProperty('contact');
    vi.useFakeTimers({ now: Date.now() + 90_000_000, toFake: ['Date'] });
    outbox.refresh();
    vi.useRealTimers();
    expect(outbox.waiting[0]!.fields).toEqual({ text: 'trou', local: 'one' });
    expect(localStorage.getItem('beffroi.outbox.one')).not.toContain('0639980000');
  });

  it('leaves once more, or for good, by the hand of its author', async () => {
    live.lost = true;
    await write();
    await write();
    live.lost = false;
    answer(REFUSED, 409);
    await outbox.flush();
    const asked = answer(DONE);
    const [first, second] = outbox.waiting;
    await outbox.again(first!.id);
    expect(asked).toHaveBeenCalledOnce();
    await outbox.giveUp(second!.id);
    expect(asked).toHaveBeenCalledOnce();
    expect(outbox.waiting).toEqual([]);
    expect(localStorage.length).toBe(0);
  });

  it('does not make wait what is written as those before it have just left', async () => {
    answer(DONE);
    await write();
    const more = write();
    await outbox.flush();
    expect(await more).toMatchObject({ position: 1 });
    const answers: unknown[] = [];
    for (let at = 0; at < 20; at++) answers.push(write());
    expect((await Promise.all(answers)).every(Boolean)).toBe(true);
  });

  it('lets those behind it leave', async () => {
    live.lost = true;
    await write();
    await write();
    live.lost = false;
    const answers = [new Response(REFUSED, { status: 409 }), new Response(DONE)];
    vi.stubGlobal('fetch', async () => answers.shift());
    await outbox.flush();
    expect(outbox.waiting).toHaveLength(1);
    expect(outbox.waiting[0]!.refused).toBe('événement clos');
  });

  it('is forgotten when a key asked it and was answered at once', async () => {
    answer(REFUSED, 409);
    expect(await write()).toBeNull();
    expect(outbox.waiting).toEqual([]);
    expect(notices.current?.text).toBe('événement clos');
  });

  it('is given back to its field, or stays, when it has words', async () => {
    answer(REFUSED, 409);
    const [back, left] = [newLocal(), newLocal()];
    expect(await write(back)).toBeNull();
    expect(outbox.waits(back)).toBe(false);
    expect(outbox.takeBack(back)).toBe(true);
    expect(outbox.waiting).toEqual([]);
    await write(left);
    expect(outbox.waiting.map((one) => one.refused)).toEqual(['événement clos']);
  });

  it('is not taken back while it waits, nor once it is done', async () => {
    const [waits, done] = [newLocal(), newLocal()];
    answer(DONE);
    await write(done);
    expect(outbox.takeBack(done)).toBe(false);
    live.lost = true;
    await write(waits);
    expect(outbox.takeBack(waits)).toBe(false);
    expect(outbox.waits(waits)).toBe(true);
  });

  it('is not even asked while the seat is locked', async () => {
    session.me = { account: 'alix', locked: true } as Me;
    const asked = answer(REFUSED, 403);
    const local = newLocal();
    await write(local);
    expect(asked).not.toHaveBeenCalled();
    expect(outbox.waits(local)).toBe(true);
    session.me = { account: 'alix', locked: false } as Me;
    answer(DONE);
    await vi.waitFor(async () => {
      await outbox.flush();
      expect(outbox.waiting).toEqual([]);
    });
  });
});

describe('a seat whose storage is full', () => {
  beforeEach(() => {
    localStorage.clear();
    room.left = true;
    outbox.refresh();
    notices.clear();
    live.lost = false;
    session.me = { account: 'alix', locked: false } as Me;
    room.left = room.disk = false;
  });
  afterEach(() => void (room.left = true));

  it('gives the line back to its field, and says why, while the core is away', async () => {
    live.lost = true;
    const local = newLocal();
    expect(await write(local)).toBeNull();
    expect(notices.current?.bad).toBe(true);
    expect(outbox.takeBack(local)).toBe(true);
    expect(outbox.waiting).toEqual([]);
  });

  it('sends it all the same while the core is there', async () => {
    answer(DONE);
    expect(await write(newLocal())).toMatchObject({ position: 1 });
    expect([outbox.waiting, notices.current]).toEqual([[], null]);
  });

  it('keeps it on the disk that still has room', async () => {
    room.disk = true;
    live.lost = true;
    const local = newLocal();
    await write(local);
    expect([outbox.takeBack(local), outbox.waits(local), notices.current]).toEqual([false, true, null]);
    live.lost = false;
    answer(DONE);
    await outbox.flush();
    expect(outbox.waiting).toEqual([]);
  });

  it('opens, with its lines and its drafts', async () => {
    room.disk = true;
    await openOutbox();
    expect(outbox.waits('a')).toBe(true);
    await outbox.giveUp('a');
    room.left = true;
    localStorage.setItem('beffroi.draft/1/half', '{"te');
    room.left = false;
    await openDrafts('1', new Set(['1']));
    keepDraft('log', 'rue Monge');
    expect(readDraft('log')).toBe('rue Monge');
  });
});
