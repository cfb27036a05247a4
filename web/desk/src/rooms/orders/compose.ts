/** From what is selected to the points an order would be for. */

import { notices } from '../../shell/notice.svelte';
import { desk } from '../../store/desk.svelte';
import type { OrderTarget } from '../../store/selection';
import type { AlarmRow } from '../alarms/model';
import { assets, type Asset } from '../assets/store.svelte';

const FEEDERS = new Set(['circuit', 'cabinet', 'cabinet_group']);

/** Return what an order on this asset is for, or nothing when it takes none. */
export function targetOf(asset: Asset): OrderTarget | null {
  if (asset.kind === 'street_light') return { assets: [asset.id], label: asset.label };
  if (FEEDERS.has(asset.kind)) return { parents: [asset.id], label: asset.label };
  return null;
}

/** Open the composer for an asset. */
export function composeFor(asset: Asset): void {
  const target = targetOf(asset);
  if (target) desk.select({ kind: 'compose', target }, desk.place);
}

/** Open the composer for what an alarm is about. */
export async function composeForAlarm(row: AlarmRow): Promise<void> {
  try {
    composeFor(await assets.find(row.asset));
  } catch (error) {
    notices.refused(error);
  }
}
