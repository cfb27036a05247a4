/** Places and equipment that words name, as `N` and a correction offer them. */

import { get, query } from '../../api/client';

export interface Spot {
  label: string;
  asset: string | null;
  lon: number;
  lat: number;
  commune: string;
}

interface Understood {
  places: { label: string; commune: string; lon: number; lat: number }[];
  assets: { id: string; code: string; commune: string; label: string; lon: number; lat: number }[];
}

const MOST = 3;

/** Return where words may be: equipment first, then places. */
export async function understand(said: string, signal: AbortSignal): Promise<Spot[]> {
  const found = await get<Understood>(`/api/understand${query({ q: said })}`, signal);
  const assets = found.assets.map((one) => ({ label: one.label, asset: one.id, lon: one.lon, lat: one.lat, commune: one.commune }));
  const places = found.places.map((one) => ({ label: one.label, asset: null, lon: one.lon, lat: one.lat, commune: one.commune }));
  return [...assets.slice(0, MOST), ...places.slice(0, MOST)];
}
