/** Choosing commands by what is typed. */

/** Fold a text for comparison: no accents, no capitals. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{Diacritic}/gu, '').toLowerCase();
}

/** Keep the entries that hold every word typed, those that begin with it first. */
export function rank<T extends { label: string }>(entries: T[], query: string): T[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (!words.length) return entries;
  const scored = entries.flatMap((entry) => {
    const label = fold(entry.label);
    if (!words.every((word) => label.includes(word))) return [];
    return [{ entry, first: label.startsWith(words[0]!) ? 0 : 1 }];
  });
  return scored.sort((a, b) => a.first - b.first).map(({ entry }) => entry);
}
