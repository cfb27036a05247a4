import { describe, expect, it } from 'vitest';

import { homeOf } from '../src/store/home';

describe('the commune of whoever works for some only', () => {
  const rights = {
    view: [{ communes: ['*'] }],
    logbook: [{ communes: ['21355', '21231'] }],
    incidents: [{ communes: ['21231'] }, { communes: ['*'] }],
  };

  it('is the first of several, so that nothing typed without a place is refused', () => {
    expect(homeOf(rights, 'logbook')).toBe('21231');
  });

  it('is none for whoever may anywhere, or may not at all', () => {
    expect(homeOf(rights, 'incidents')).toBe('');
    expect(homeOf(rights, 'orders')).toBe('');
    expect(homeOf(undefined, 'logbook')).toBe('');
  });
});
