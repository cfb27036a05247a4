import { describe, expect, it } from 'vitest';

import { stepOf } from '../src/rooms/dispatch/steps';

describe('what is heard of a call-out', () => {
  it('is what time did, never what a key just did', () => {
    expect(stepOf({ state: 'calling', agent: 'a', attempts: [{ agent: 'a' }] })).toBe('');
    expect(stepOf({ state: 'calling', agent: 'b', attempts: [{ agent: 'a' }] })).toBe('next:b');
    expect(stepOf({ state: 'calling', agent: 'b', attempts: [{ agent: 'a' }, { agent: 'b' }] })).toBe('');
    expect(stepOf({ state: 'exhausted', agent: null, attempts: [{ agent: 'b' }] })).toBe('exhausted');
    expect(stepOf({ state: 'postponed', agent: null, attempts: [] })).toBe('');
    expect(stepOf({ state: 'resumed', agent: null, attempts: [] })).toBe('resumed');
    expect(stepOf({ state: 'reached', agent: 'b', attempts: [{ agent: 'b' }] })).toBe('');
  });
});
