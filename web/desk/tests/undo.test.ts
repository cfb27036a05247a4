import { beforeEach, describe, expect, it, vi } from 'vitest';

import { act } from '../src/api/client';
import { notices } from '../src/shell/notice.svelte';

/** Answer the next request when told to. */
function held(): () => void {
  let answer: () => void = () => {};
  vi.stubGlobal('fetch', () => new Promise((resolve) => {
    answer = () => resolve(new Response('{"position": 1, "events": []}'));
  }));
  return () => answer();
}

describe('taking back what was done last', () => {
  beforeEach(() => notices.clear());

  it('waits for the answer that the picture was ahead of', async () => {
    const answer = held();
    const taken = vi.fn(async () => {});
    const asked = (async () => {
      await act('alarms.take', {});
      notices.done('pris', taken);
    })();
    const undone = notices.undo();
    expect(taken).not.toHaveBeenCalled();
    answer();
    await Promise.all([asked, undone]);
    expect(taken).toHaveBeenCalledOnce();
  });

  it('takes back the newest, not what was said before it', async () => {
    const [older, newer] = [vi.fn(async () => {}), vi.fn(async () => {})];
    notices.done('acquitté', older);
    const answer = held();
    const asked = act('alarms.take', {}).then(() => notices.done('pris', newer));
    const undone = notices.undo();
    answer();
    await Promise.all([asked, undone]);
    expect(newer).toHaveBeenCalledOnce();
    expect(older).not.toHaveBeenCalled();
  });

  it('takes nothing back when what was asked is refused', async () => {
    const older = vi.fn(async () => {});
    notices.done('acquitté', older);
    vi.stubGlobal('fetch', async () => new Response('{"code": "alarms.taken", "text": "déjà pris"}', { status: 409 }));
    const asked = act('alarms.take', {}).catch((error: unknown) => notices.refused(error));
    const undone = notices.undo();
    await Promise.all([asked, undone]);
    expect(older).not.toHaveBeenCalled();
    expect(notices.current?.text).toBe('déjà pris');
  });

  it('does not expire while it waits for an answer, and expires again when it was not used', async () => {
    vi.useFakeTimers();
    const acknowledged = vi.fn(async () => {});
    notices.done('acquitté', acknowledged);
    const answer = held();
    const asked = act('alarms.note', {});
    await vi.advanceTimersByTimeAsync(4_900);
    const undone = notices.undo();
    await vi.advanceTimersByTimeAsync(1_000);
    answer();
    await vi.advanceTimersByTimeAsync(10);
    await Promise.all([asked, undone]);
    expect(acknowledged).toHaveBeenCalledOnce();
    notices.done('pris');
    await notices.undo();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(notices.current).toBeNull();
    vi.useRealTimers();
  });

  it('takes back at once what its button names, whatever is still asked', async () => {
    const [named, newer] = [vi.fn(async () => {}), vi.fn(async () => {})];
    notices.done('acquitté', named);
    const shown = notices.current;
    const answer = held();
    const asked = act('alarms.take', {}).then(() => notices.done('pris', newer));
    await notices.undo(shown);
    expect(named).toHaveBeenCalledOnce();
    answer();
    await asked;
    expect(newer).not.toHaveBeenCalled();
  });
});
