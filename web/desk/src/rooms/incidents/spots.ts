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
  /** What is under way there, on the same equipment or its circuit first, with what a caller is told of it. */
  events: Known[];
}

export interface Known {
  id: string;
  same: 'asset' | 'feeder' | 'near';
  distance_m: number | null;
  say: string;
}

const MOST = 3;

/** Return where words may be, equipment first, then places; and what is known to be under way there. */
export async function understand(said: string, signal: AbortSignal): Promise<{ spots: Spot[]; known: Known[] }> {
  const found = await get<Understood>(`/api/understand${query({ q: said })}`, signal);
  const assets = found.assets.map((one) => ({ label: one.label, asset: one.id, lon: one.lon, lat: one.lat, commune: one.commune }));
  const places = found.places.map((one) => ({ label: one.label, asset: null, lon: one.lon, lat: one.lat, commune: one.commune }));
  return { spots: [...assets.slice(0, MOST), ...places.slice(0, MOST)], known: found.events };
}
