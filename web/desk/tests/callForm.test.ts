import { beforeEach, describe, expect, it, vi } from 'vitest';

const { kept } = vi.hoisted(() => {
  const kept = new Map<string, string>();
  const store = {
    get length() {
      return kept.size;
    },
    key: (place: number) => [...kept.keys()][place] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    clear: () => kept.clear(),
  };
  // the drafts list their keys as a browser does
  vi.stubGlobal('localStorage', new Proxy(store, { ownKeys: () => [...kept.keys()], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) }));
  vi.stubGlobal('sessionStorage', store);
  return { kept };
});

import { emptyDraft, endCalls, keepCall, leaveCalls, parkedCalls, readCall } from '../src/rooms/requests/drafts';
import { line } from '../src/rooms/requests/line.svelte';
import { calls, firstWaiting, isTheirs, simulatedExtension, type Call } from '../src/rooms/requests/model';
import { DAY_MS } from '../src/shell/draft';
import { live } from '../src/store/live.svelte';
import type { Me } from '../src/api/types';
import { session } from '../src/store/session.svelte';

const GAS = { name: 'gas', label: { fr: 'gaz' }, say: { fr: 'Sortez.' }, call: [] };
let sent: Record<string, unknown>[] = [];
let slow_ms = 0;

function understanding(q: string) {
  const number = /\d+/.exec(q)?.[0];
  return {
    categories: [], dangers: q.includes('gaz') ? [GAS] : [], events: [], requests: [], took_ms: 1,
    places: number ? [{ label: `${number} rue Monge`, commune: '21231', lon: 5, lat: 47, precision: 'number' }] : [], assets: [],
  };
}

async function core(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = new URL(String(input), 'http://desk');
  if (init?.method === 'POST') {
    sent.push(JSON.parse(String(init.body)) as Record<string, unknown>);
    return new Response('{"position": 1, "events": [{"code": "AAAAA"}]}', { status: 201 });
  }
  if (slow_ms) await new Promise((over) => setTimeout(over, slow_ms));
  const body = url.pathname === '/api/understand' ? understanding(url.searchParams.get('q')!) : [];
  return new Response(JSON.stringify(body));
}

async function type(text: string): Promise<void> {
  line.draft.text = text;
  line.changed();
  await vi.waitFor(() => expect(line.found?.of).toBe(text));
}

function call(id: string, more: Partial<Call> = {}): Call {
  const plain: Call = {
    id, state: 'waiting', rang_at: 1, answered_at: null, ended_at: null, extension: '', number_known: false, agent: null, said: '', simulated: false, recalled: false,
  };
  return { ...plain, ...more };
}

beforeEach(() => {
  kept.clear();
  sent = [];
  slow_ms = 0;
  live.lost = false;
  session.me = { account: 'alix', locked: false, rights: { requests: true } } as unknown as Me;
  vi.stubGlobal('fetch', vi.fn(core));
  line.open('new');
  line.draft = emptyDraft();
  line.found = null;
});

describe('what is saved', () => {
  it('is what the last letters say, however quick the hand', async () => {
    await type('trou 1 rue monge');
    line.draft.text = 'trou 12 rue monge';
    line.changed();
    await line.save();
    expect(sent).toMatchObject([{ text: 'trou 12 rue monge', place: '12 rue Monge' }]);
  });

  it('opens an event for a danger said last', async () => {
    await type('odeur de');
    line.draft.text = 'odeur de gaz';
    line.changed();
    await line.save();
    expect(sent).toMatchObject([{ open: true }]);
    expect(line.saved?.say).toBe('Sortez.');
  });

  it('leaves without a place rather than with that of other words, when the core takes too long', async () => {
    await type('ça sent le gaz 1');
    slow_ms = 600;
    line.draft.text = 'ça sent le gaz 12';
    line.changed();
    const began = performance.now();
    await line.save();
    expect(performance.now() - began).toBeLessThan(500);
    // the danger was heard before the last letter: it stands
    expect(sent).toMatchObject([{ text: 'ça sent le gaz 12', place: '', open: true }]);
  });

  it('is not written twice by two quick keys', async () => {
    line.draft.text = 'trou 12 rue monge';
    line.changed();
    await Promise.all([line.save(), line.save()]);
    expect(sent).toHaveLength(1);
  });

  it('proposes nothing of earlier words once the core is away', async () => {
    await type('trou 1 rue monge');
    live.lost = true;
    line.draft.text = 'trou 12 rue monge';
    line.changed();
    expect(line.found).toBeNull();
    expect(line.offers).toEqual([]);
  });
});

describe('whose call it is', () => {
  it('is who asked for it, or whose handset answered', () => {
    expect(isTheirs(call('1', { state: 'talking', agent: 'alix' }), 'alix', '')).toBe(true);
    expect(isTheirs(call('1', { state: 'talking', extension: '204' }), 'alix', '204')).toBe(true);
    expect(isTheirs(call('1', { state: 'talking', extension: '205' }), 'alix', '204')).toBe(false);
    expect(isTheirs(call('1', { state: 'talking' }), 'alix', '')).toBe(false);
    expect(isTheirs(call('1', { state: 'waiting', extension: '204' }), 'alix', '204')).toBe(false);
  });

  it('is the oldest that nobody picks up when T is pressed', () => {
    calls.rows.set('1', call('1', { state: 'picking_up', agent: 'bruno' }));
    calls.rows.set('2', call('2', { rang_at: 2 }));
    expect(firstWaiting()?.id).toBe('2');
    calls.rows.clear();
  });

  it('rings a simulated handset of their own', () => expect(simulatedExtension('alix')).toMatch(/^8\d{3}$/));
});

describe('a draft', () => {
  const written = { ...emptyDraft(), text: 'trou rue Monge', name: 'Marie', phone: '06 39 98 00 00' };

  it('is not kept for what the card alone told', () => {
    keepCall('alix', '1', { ...emptyDraft(), phone: '0639980000', name: 'Marie' }, { phone: '0639980000', name: 'Marie' });
    expect(readCall('alix', '1')).toBeNull();
  });

  it('keeps its words and nobody when its author leaves', () => {
    keepCall('carla', '1', written, null);
    keepCall('carla', '2', { ...written, text: '' }, null);
    leaveCalls('carla');
    expect(parkedCalls('carla')).toEqual(['1']);
    expect(readCall('carla', '1')).toMatchObject({ text: 'trou rue Monge', name: '', phone: '' });
    expect(JSON.stringify([...kept])).not.toContain('Marie');
  });

  it('ends after a day, whoever wrote it', async () => {
    keepCall('bruno', '1', written, null);
    await endCalls(Date.now() + DAY_MS / 2);
    expect(parkedCalls('bruno')).toEqual(['1']);
    await endCalls(Date.now() + DAY_MS + 1_000);
    expect(parkedCalls('bruno')).toEqual([]);
    expect(JSON.stringify([...kept])).not.toContain('Marie');
  });
});
