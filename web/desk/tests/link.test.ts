import { beforeEach, describe, expect, it, vi } from 'vitest';

/** The worker of the feed, as the desk hears it. */
class FeedWorker {
  static last: FeedWorker;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  asked: { kind: string }[] = [];
  constructor() {
    FeedWorker.last = this;
  }
  postMessage = (message: { kind: string }) => void this.asked.push(message);
  terminate = () => undefined;
}

vi.hoisted(() => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
});
vi.stubGlobal('Worker', FeedWorker);
vi.stubGlobal('location', { origin: 'http://seat' });

const { live } = await import('../src/store/live.svelte');
const { session } = await import('../src/store/session.svelte');

const closed = (code: number) => FeedWorker.last.onmessage?.({ data: { kind: 'closed', code } });
const me = (more: object) => new Response(JSON.stringify({ account: 'alix', csrf: 'a', ...more }));

/** Open the desk of a person who then works. */
async function open(): Promise<void> {
  vi.stubGlobal('fetch', async (path: string) => (path === '/api/me' ? me({}) : new Response('[]')));
  await session.open();
  live.started = true;
}

describe('a link that fails again and again', () => {
  beforeEach(open);

  it('leads to the sign-in when the session ended meanwhile, not before the core says so', async () => {
    vi.stubGlobal('fetch', async () => { throw new TypeError('nobody'); });
    for (let attempt = 0; attempt < 6; attempt++) closed(1006);
    await vi.waitFor(() => expect(live.lost).toBe(true));
    expect(session.phase).toBe('ready');
    vi.stubGlobal('fetch', async () => new Response('{}', { status: 401 }));
    for (let attempt = 0; attempt < 3; attempt++) closed(1006);
    await vi.waitFor(() => expect(session.phase).toBe('login'));
  });

  it('shows a band over the picture when the session ends under the eyes, the sign-in when it ended meanwhile', async () => {
    vi.stubGlobal('fetch', async () => new Response('{}', { status: 401 }));
    closed(4401);
    expect([live.sessionEnded, session.phase]).toEqual([true, 'ready']);
    await open();
    vi.stubGlobal('fetch', async () => new Response('{}', { status: 401 }));
    closed(1006);
    closed(4401);
    await vi.waitFor(() => expect(session.phase).toBe('login'));
  });

  it('goes on with who sits here since', async () => {
    vi.stubGlobal('fetch', async () => me({ account: 'noor', csrf: 'b' }));
    for (let attempt = 0; attempt < 3; attempt++) closed(1006);
    await vi.waitFor(() => expect(session.id).toBe('noor'));
    expect(FeedWorker.last.asked.map(({ kind }) => kind)).toContain('renew');
  });
});

describe('a change of person', () => {
  beforeEach(open);

  it('does not end the desk of the windows that did not ask for it', async () => {
    live.beginChange();
    closed(4401);
    expect([live.sessionEnded, live.lost]).toEqual([false, false]);
    vi.stubGlobal('fetch', async () => me({ account: 'noor', csrf: 'b' }));
    await session.follow();
    expect(session.id).toBe('noor');
    expect(live.sessionEnded).toBe(false);
  });

  it('that comes to nothing lets a session end that ended', () => {
    live.beginChange();
    closed(4401);
    live.endChange();
    expect([live.sessionEnded, live.lost]).toEqual([true, true]);
  });
});
