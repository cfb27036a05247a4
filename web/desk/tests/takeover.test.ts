import { describe, expect, it, vi } from 'vitest';

import { takeover } from '../src/shell/takeover.svelte';

const asked = (by: string, go = vi.fn(async () => undefined)) => ({ id: 'e1', by, since: null, go });

describe('taking over what a colleague has', () => {
  it('is said the first time, done the second', () => {
    const one = asked('a');
    takeover.press(one);
    expect(takeover.asked?.by).toBe('a');
    expect(one.go).not.toHaveBeenCalled();
    takeover.press(one);
    expect(one.go).toHaveBeenCalledTimes(1);
    expect(takeover.asked).toBeNull();
  });

  it('is said again when somebody else has it meanwhile', () => {
    const [first, second] = [asked('a'), asked('b')];
    takeover.press(first);
    takeover.press(second);
    expect(second.go).not.toHaveBeenCalled();
    expect(takeover.close()).toBe(true);
    expect(takeover.close()).toBe(false);
  });
});
