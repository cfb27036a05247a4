/** Opening an asset in the work panel, from the map, a list or the search. */

import { desk } from '../../store/desk.svelte';
import { picture } from '../../store/picture';
import { notices } from '../../shell/notice.svelte';
import { assets, type Asset } from './store.svelte';

/** Open the asset at a place of the live arrays. */
export async function openAssetAt(index: number): Promise<void> {
  try {
    const asset = await assets.at(index);
    if (asset) select(asset, false);
  } catch (error) {
    notices.refused(error);
  }
}

/** Open an asset by identifier; `fly` brings the map there. */
export async function openAsset(id: string, fly = true): Promise<void> {
  try {
    select(await assets.read(id), fly);
  } catch (error) {
    notices.refused(error);
  }
}

function select(asset: Asset, fly: boolean): void {
  desk.index = asset.index;
  const place = picture.placeOf(asset.index) ?? (asset.lon || asset.lat ? { lon: asset.lon, lat: asset.lat } : null);
  if (fly) desk.show({ kind: 'asset', id: asset.id }, place);
  else desk.select({ kind: 'asset', id: asset.id }, place);
}
