/** What the seat's disk keeps of a person's desk, so that it opens while the core is away; gone when the person leaves. */

import type { Me } from '../api/types';
import { HEAD, LAMPS, PICTURE, ROWS, type Head, type KeptLamps, type KeptRows } from '../feed/keeper';
import { disk } from './disk';

const ME = 'session/me';
/** Lists of what was missed, by account. */
export const MISSED = 'missed/';
/** Names and places of a night are no archive: older than this, the disk is not opened but cleared. */
const OLDEST_MS = 24 * 3_600_000;

export interface Standby {
  me: Me;
  head: Head;
  lamps: KeptLamps | null;
  rows: Map<string, KeptRows>;
}

/** Keep who holds the seat. */
export function keepPerson(me: Me): void {
  void disk.keep([[ME, me]], true).catch(() => undefined);
}

/** Return the desk as it froze, or nothing when nobody left one, or too long ago (`now` ms). */
export async function findStandby(now: number): Promise<Standby | null> {
  try {
    const me = await disk.find<Me>(ME);
    const head = await disk.find<Head>(HEAD);
    if (!me || !head || head.account !== me.account) return null;
    if (now - head.wall > OLDEST_MS) {
      await clearStandby();
      return null;
    }
    const lamps = (await disk.find<KeptLamps>(LAMPS)) ?? null;
    const rows = new Map((await disk.list<KeptRows>(ROWS)).map(([key, value]) => [key.slice(ROWS.length), value]));
    return { me, head, lamps, rows };
  } catch {
    return null;
  }
}

/** Forget person, picture and facts: the person left, or may not see them any more. */
export async function clearStandby(): Promise<void> {
  navigator.serviceWorker?.controller?.postMessage('forget');
  await Promise.all([disk.forget(ME), disk.forgetAll(PICTURE), disk.forgetAll('pack/'), disk.forgetAll(MISSED)]).catch(() => undefined);
}

/** Let the desk open without the core; browsers allow it over HTTPS and on the machine itself only. */
export function installShell(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
