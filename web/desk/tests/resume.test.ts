import { describe, expect, it } from 'vitest';

import { START, advance, feedUrl, judge, retryDelayMs } from '../src/feed/resume';

describe('judge', () => {
  const place = { epoch: 'a', after: 5 };
  it('applies what follows, replaces on a snapshot, and never skips a hole', () => {
    expect(judge(place, { epoch: 'a', after: 5, snapshot: false })).toBe('apply');
    expect(judge(place, { epoch: 'a', after: 6, snapshot: false })).toBe('gap');
    expect(judge(place, { epoch: 'a', after: 4, snapshot: false })).toBe('gap');
    expect(judge(place, { epoch: 'b', after: 5, snapshot: false })).toBe('gap');
    expect(judge(place, { epoch: 'b', after: 0, snapshot: true })).toBe('replace');
    expect(judge(START, { epoch: 'a', after: 0, snapshot: false })).toBe('gap');
  });

  it('moves to the end of the frame', () => {
    expect(advance({ epoch: 'a', upto: 9 })).toEqual({ epoch: 'a', after: 9 });
  });
});

describe('retryDelayMs', () => {
  it('grows, is bounded, and spreads the seats', () => {
    expect(retryDelayMs(0, 0)).toBe(250);
    expect(retryDelayMs(3, 0)).toBe(2_000);
    expect(retryDelayMs(40, 1)).toBe(7_500);
    expect(retryDelayMs(2, 0.5)).toBeGreaterThan(retryDelayMs(2, 0));
  });
});

describe('feedUrl', () => {
  it('asks to resume only once it stands somewhere', () => {
    expect(feedUrl('https://city', START)).toBe('wss://city/api/feed');
    expect(feedUrl('http://city:8080', { epoch: 'a/b', after: 7 })).toBe('ws://city:8080/api/feed?epoch=a%2Fb&after=7');
  });
});
