import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { act, deliver, Refusal } from '../src/api/client';
import { live } from '../src/store/live.svelte';

const LIMIT = 'X-Beffroi-Not-After';

/** A network that swallows everything; tells what was asked of it. */
function swallow(): RequestInit[] {
  const asked: RequestInit[] = [];
  vi.stubGlobal('fetch', (_path: string, init: RequestInit) => {
    asked.push(init);
    return new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
  });
  return asked;
}

const limitOf = (init: RequestInit) => (init.headers as Headers).get(LIMIT);

describe('an action that nobody answers', () => {
  beforeEach(() => {
    // the timer of the platform does not follow a false clock
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const made = new AbortController();
      setTimeout(() => made.abort(new Error('timeout')), ms);
      return made.signal;
    });
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    live.serverAt = 0;
    live.health = {};
  });

  it.each([['alarms.release', 10_000], ['orders.approve', 15_000]])('%s is taken back after %i ms without being told to', async (type, patience) => {
    swallow();
    const asked = act(type, {}).catch((error: unknown) => error);
    let over = false;
    void asked.then(() => (over = true));
    await vi.advanceTimersByTimeAsync(patience - 1);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    expect(await asked).toMatchObject({ status: 0 } satisfies Partial<Refusal>);
  });

  it('bears the hour from which the core must refuse it, once the clock of the city is known', () => {
    const asked = swallow();
    void act('orders.approve', {}).catch(() => undefined);
    live.serverAt = 1_000_000_000;
    live.health = { core: { rate: 1 } };
    const now = live.cityNow();
    void act('orders.approve', {}).catch(() => undefined);
    expect(limitOf(asked[0]!)).toBeNull();
    expect(Number(limitOf(asked[1]!)) - now).toBeGreaterThanOrEqual(15_000_000);
    expect(Number(limitOf(asked[1]!)) - now).toBeLessThan(16_000_000);
  });

  it('may come late when it bears its identity on the seat', () => {
    const asked = swallow();
    live.serverAt = 1_000_000_000;
    live.health = { core: { rate: 1 } };
    void deliver('logbook.write', { local: 'x' }, 5).catch(() => undefined);
    expect(limitOf(asked[0]!)).toBeNull();
  });

  it.each([['cut in the middle', () => { throw new TypeError('network'); }], ['the page of another machine', async () => '<html>']])('is without an answer when it is %s', async (_, text) => {
    vi.stubGlobal('fetch', async () => ({ ok: true, text }));
    await expect(deliver('logbook.write', {}, 5)).rejects.toMatchObject({ status: 0 });
  });
});
