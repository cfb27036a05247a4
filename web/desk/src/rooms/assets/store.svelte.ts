/** Assets of the register that were looked at lately; each read once, again when its row is asked afresh. */

import { get } from '../../api/client';
import type { Micros } from '../../api/types';

export interface Asset {
  id: string;
  index: number;
  kind: string;
  code: string;
  name: string;
  commune: string;
  commune_name: string;
  street: string;
  number: string;
  lon: number;
  lat: number;
  owner: string;
  contract: string;
  parent: string | null;
  installed_on: string;
  management: string;
  rhythm: string;
  state: string;
  characteristics: Record<string, unknown>;
  source: string;
  simulated: boolean;
  revision: number;
  merged_into: string | null;
  label: string;
  ancestors: string[];
  children: number;
}

export interface HistoryItem {
  position: number;
  at: Micros;
  actor_kind: string;
  actor: string | null;
  import_id: string | null;
  created: boolean;
  changes: { field: string; before: unknown; after: unknown }[];
}

const KEPT = 200;

class Assets {
  #known = new Map<string, Asset>();

  /** Return an asset already read, or nothing. */
  known(id: string): Asset | undefined {
    return this.#known.get(id);
  }

  /** Read an asset from the register. */
  async read(id: string): Promise<Asset> {
    return this.#keep(await get<Asset>(`/api/assets/${id}`));
  }

  /** Read an asset, from memory when it was read before. */
  async find(id: string): Promise<Asset> {
    return this.#known.get(id) ?? this.read(id);
  }

  /** Read the asset at a place of the live arrays; nothing when we may not see it. */
  async at(index: number): Promise<Asset | null> {
    for (const asset of this.#known.values()) if (asset.index === index) return asset;
    const page = await get<{ items: Asset[] }>(`/api/assets?after=${index - 1}&limit=1`);
    const found = page.items[0];
    return found && found.index === index ? this.#keep(found) : null;
  }

  #keep(asset: Asset): Asset {
    this.#known.set(asset.id, asset);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value!);
    return asset;
  }
}

export const assets = new Assets();
