/** Last values of an asset's points. */

export interface Latest {
  point: string;
  at: number;
  value: number;
  quality: number;
}

/** Read the answer of /latest: a list of points, or a record by point. */
export function readLatest(raw: unknown): Map<string, Latest> {
  const found = new Map<string, Latest>();
  const list = Array.isArray(raw) ? raw : ((raw as { items?: unknown[] } | null)?.items ?? null);
  const entries = list
    ? (list as Partial<Latest>[]).map((item) => [String(item.point), item] as const)
    : Object.entries((raw ?? {}) as Record<string, Partial<Latest>>);
  for (const [point, item] of entries) {
    if (typeof item?.value !== 'number' || typeof item.at !== 'number') continue;
    found.set(point, { point, at: item.at, value: item.value, quality: Number(item.quality ?? 0) });
  }
  return found;
}
