/** Which pages stand in the bar and which in the menu « Plus »: the bar keeps one line at every width. */

export interface NavPage {
  name: string;
  right: string;
  /** Place from left to right; nothing: in the menu only, unless it is the one looked at. */
  order: number | undefined;
  /** How much a shift needs it at hand: smaller stays longer when the bar gets narrow. */
  daily: number;
}

/** Return the names that fit in a room of pixels, the current page always among them. */
export function fit(pages: NavPage[], widths: ReadonlyMap<string, number>, current: string, room: number): Set<string> {
  const shown = new Set<string>();
  let left = room;
  const take = (name: string) => {
    left -= widths.get(name) ?? 0;
    shown.add(name);
  };
  if (pages.some((page) => page.name === current)) take(current);
  const rest = pages.filter((page) => page.order !== undefined && page.name !== current).sort((a, b) => a.daily - b.daily);
  for (const { name } of rest) {
    // the first that does not fit ends it: a rarer page never takes the place of a daily one
    if ((widths.get(name) ?? Infinity) > left) break;
    take(name);
  }
  return shown;
}

/** Return the place reached in a menu by a key, or nothing when the key is not the menu's. */
export function step(key: string, at: number, labels: string[]): number | null {
  const last = labels.length - 1;
  if (key === 'ArrowDown') return at >= last ? 0 : at + 1;
  if (key === 'ArrowUp') return at <= 0 ? last : at - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  return key.length === 1 ? byLetter(key, at, labels) : null;
}

/** A typed letter goes to the next label that begins with it, accents aside. */
function byLetter(letter: string, at: number, labels: string[]): number | null {
  const asked = plain(letter);
  for (let n = 1; n <= labels.length; n++) {
    const place = (at + n) % labels.length;
    if (plain(labels[place]!).startsWith(asked)) return place;
  }
  return null;
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
