/** Where a screen stands in the feed: pure decisions on what a frame means for it. */

export interface Place {
  epoch: string | number | null;
  after: number;
}

export type Verdict = 'apply' | 'replace' | 'gap';

export const START: Place = { epoch: null, after: 0 };

/** Tell what to do with a frame: apply its differences, replace everything, or ask again because some are missing. */
export function judge(place: Place, frame: { epoch: string | number; after: number; snapshot: boolean }): Verdict {
  if (frame.snapshot) return 'replace';
  if (frame.epoch !== place.epoch || frame.after !== place.after) return 'gap';
  return 'apply';
}

/** Return the place after a frame was taken. */
export function advance(frame: { epoch: string | number; upto: number }): Place {
  return { epoch: frame.epoch, after: frame.upto };
}

/** Return the delay before the next attempt in ms: 0.25 s doubled up to 5 s, spread by up to a half (`random` in 0..1). */
export function retryDelayMs(attempt: number, random: number): number {
  const base = Math.min(5_000, 250 * 2 ** Math.min(attempt, 10));
  return base * (1 + random / 2);
}

/** Return the address of the feed at a place of it. */
export function feedUrl(origin: string, place: Place): string {
  const socket = origin.replace(/^http/, 'ws');
  if (place.epoch === null) return `${socket}/api/feed`;
  return `${socket}/api/feed?epoch=${encodeURIComponent(place.epoch)}&after=${place.after}`;
}
