/** The night round: pure reading of what is typed against the list of points. */

export interface Point {
  id: string;
  code: string;
  street: string;
  number: string;
}

/** One key each, the letter of the French word where it is free. */
export const FAULT_KEYS: Record<string, string> = {
  e: 'lamp_fault', c: 'flickering', f: 'dim', m: 'mast_damaged', t: 'door_open', n: 'wires_bare', v: 'bowl_broken', g: 'hidden',
};

const BY_NUMBER = new Intl.Collator('fr', { numeric: true });

/** Order points as they are painted: A045-2 before A045-12. */
export function inOrder(points: Point[]): Point[] {
  return [...points].sort((a, b) => BY_NUMBER.compare(a.code, b.code));
}

/** Return the points whose painted number ends with what is typed; the whole last number wins over a longer one. */
export function endingWith(points: Point[], typed: string): Point[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [];
  const found = points.filter((point) => point.code.toLowerCase().endsWith(wanted));
  const exact = found.filter((point) => {
    const before = point.code.toLowerCase().slice(0, -wanted.length);
    return !/[a-z0-9]$/.test(before);
  });
  return exact.length ? exact : found;
}

/** Return the place of the next point not seen yet after a place, going round; the same place when all were seen. */
export function nextUnseen(points: Point[], seen: Record<string, string>, after: number): number {
  for (let step = 1; step <= points.length; step++) {
    const at = (after + step) % points.length;
    if (!(points[at]!.id in seen)) return at;
  }
  return after;
}
