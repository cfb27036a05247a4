import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

class Context extends EventTarget {
  static last: Context;
  state = 'running';
  constructor() {
    super();
    Context.last = this;
  }
  turn(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
  currentTime = 0;
  destination = {};
  resume = async () => undefined;
  cut = 0;
  createOscillator = () => ({ frequency: {}, connect: () => ({ connect: () => undefined }), start: () => undefined, stop: (at?: number) => void (this.cut += at === undefined ? 1 : 0) });
  createGain = () => ({ gain: { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined }, connect: () => ({ connect: () => undefined }) });
}

/** The locks of one browser, as its windows share them. */
class Locks {
  #held: object | null = null;
  #next: (() => void)[] = [];

  async request(_name: string, { signal }: { signal: AbortSignal }, work: () => Promise<void> | undefined): Promise<void> {
    const mine = {};
    while (this.#held) {
      await new Promise<void>((resolve, reject) => {
        this.#next.push(resolve);
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    }
    if (signal.aborted) return;
    this.#held = mine;
    await work();
    this.#held = null;
    this.#next.splice(0).forEach((go) => go());
  }

  query = async () => ({ held: this.#held ? [{ name: 'beffroi.sound' }] : [] });
}

/** Open a window of the seat: its own program, the same browser. */
async function open() {
  vi.resetModules();
  const { sound } = await import('../src/shell/sound.svelte');
  const { live } = await import('../src/store/live.svelte');
  live.started = true;
  const close = sound.follow();
  const ring = (id: string) => {
    sound.offer({ name: id, version: () => 1, list: () => [{ id, priority: 1 }] });
    live.whenFrame?.();
  };
  live.whenFrame?.();
  return { sound, live, close, ring };
}

describe('the sound of a seat', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('localStorage', { getItem: () => null });
    vi.stubGlobal('AudioContext', Context);
    vi.stubGlobal('navigator', { locks: new Locks() });
  });
  afterEach(() => void vi.useRealTimers());

  it('passes to another armed window when the session of the first ends', async () => {
    const [first, second] = [await open(), await open()];
    await first.sound.test();
    await second.sound.test();
    const before = second.sound.played!.times;
    second.ring('a');
    expect(second.sound.played!.times).toBe(before);
    first.live.sessionEnded = true;
    await vi.advanceTimersByTimeAsync(20_000);
    second.ring('b');
    expect(second.sound.played!.times).toBe(before + 1);
    first.close();
    second.close();
  });

  it('says that nobody hears when the only armed window has no desk any more, and comes back with it', async () => {
    const [first, second] = [await open(), await open()];
    await first.sound.test();
    await vi.advanceTimersByTimeAsync(1_100);
    expect(second.sound.heard).toBe(true);
    first.close();
    first.live.started = false;
    await vi.advanceTimersByTimeAsync(1_100);
    expect(second.sound.heard).toBe(false);
    first.live.started = true;
    const close = first.sound.follow();
    await vi.advanceTimersByTimeAsync(2_100);
    expect(second.sound.heard).toBe(true);
    close();
    second.close();
  });

  it('says that the seat is deaf when the loudspeaker is taken away, and sounds what came meanwhile once it is back', async () => {
    const window = await open();
    await window.sound.test();
    const before = window.sound.played!.times;
    Context.last.turn('suspended');
    expect([window.sound.armed, window.sound.heard]).toEqual([false, false]);
    window.ring('a');
    expect(window.sound.played!.times).toBe(before);
    Context.last.turn('running');
    await vi.advanceTimersByTimeAsync(10);
    expect([window.sound.armed, window.sound.heard]).toEqual([true, true]);
    expect(window.sound.played).toMatchObject({ priority: 1, times: before + 1 });
    window.close();
  });

  it('cuts the tone of what is acknowledged with the frame that says so, not the test that a hand asked', async () => {
    const window = await open();
    let list = [{ id: 'a', priority: 1 }];
    let version = 0;
    window.sound.offer({ name: 'alarms', version: () => version, list: () => list });
    await window.sound.test();
    const tell = () => {
      version++;
      window.live.whenFrame?.();
    };
    tell();
    expect(Context.last.cut).toBe(0);
    list = [...list, { id: 'b', priority: 1 }];
    tell();
    list = [];
    tell();
    expect(Context.last.cut).toBe(4);
    window.close();
  });

  it('sounds with the frames while the timers of a covered window are held back', async () => {
    const window = await open();
    await window.sound.test();
    const before = window.sound.played!.times;
    vi.clearAllTimers();
    window.ring('a');
    expect(window.sound.played!.times).toBe(before + 1);
    window.close();
  });
});
