import { beforeEach, describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    get length() {
      return kept.size;
    },
    key: (place: number) => [...kept.keys()][place] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    clear: () => kept.clear(),
  });
});

import { notices } from '../src/shell/notice.svelte';
import { newLocal, outbox } from '../src/shell/outbox.svelte';
import { live } from '../src/store/live.svelte';
import { session, type Me } from '../src/store/session.svelte';

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
