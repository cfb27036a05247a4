/** Last values of an asset's points. */

export interface Latest {
  point: string;
  at: number;
  value: number | null;
  quality: number;
}

/** Index by point those that ever spoke. */
export function byPoint(list: Latest[]): Map<string, Latest & { value: number }> {
  const found = new Map<string, Latest & { value: number }>();
  for (const item of list) if (item.value !== null && item.at) found.set(item.point, item as Latest & { value: number });
  return found;
}
