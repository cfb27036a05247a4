import { beforeEach, describe, expect, it, vi } from 'vitest';

import { program, programOf } from '../src/store/program.svelte';

/** The caches of a browser: `match` over all of them answers in the order of their creation. */
class Caches {
  readonly made = new Map<string, Map<string, string>>();

  async open(name: string) {
    const held = this.made.get(name) ?? new Map<string, string>();
    this.made.set(name, held);
    return { match: async (path: string) => held.get(path) };
  }

  async match(path: string) {
    return [...this.made.values()].map((held) => held.get(path)).find((found) => found !== undefined);
  }
}

describe('the shell of the seat after an upgrade', () => {
  it('opens the new program while the core is away, the one before it being kept', async () => {
    const heard: Record<string, (event: object) => void> = {};
    vi.stubGlobal('self', { location: { origin: 'http://seat' }, addEventListener: (name: string, work: (event: object) => void) => (heard[name] = work) });
    const caches = new Caches();
    caches.made.set('beffroi-shell-old', new Map([['/', 'the old program']]));
    caches.made.set('beffroi-shell-__VERSION__', new Map([['/', 'the new program']]));
    vi.stubGlobal('caches', caches);
    vi.stubGlobal('fetch', async () => { throw new TypeError('nobody'); });
    await import('../src/sw');
    let answer: unknown;
    const request = { method: 'GET', mode: 'navigate', url: 'http://seat/' };
    heard.fetch!({ request, respondWith: (found: unknown) => (answer = found) });
    expect(await answer).toBe('the new program');
  });
});

describe('a window open for a week', () => {
  const page = (hash: string) => `<script type="module" src="/assets/index-${hash}.js"></script>`;
  beforeEach(() => void (program.newer = false));

  it.each([[page('b'), true], [page('a'), false], ['<h1>Portail</h1>', false]])('says that the core serves another program: %s', async (served, newer) => {
    vi.stubGlobal('fetch', async () => new Response(served));
    await program.look(programOf(page('a')));
    expect(program.newer).toBe(newer);
  });
});
