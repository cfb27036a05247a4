/** What the words of `N` tell, without the core: the same rules as the server's (categories.py). */

import { fold } from '../../shell/palette';
import type { Choices } from './types';

const SHORT_WORD = 4;
/** A long word may bear an ending (éteint, éteintes; clignote, clignotent): « départ » is not in « départementale ». */
const ENDING = 3;

function holds(said: string, word: string): boolean {
  for (let at = said.indexOf(word); at >= 0; at = said.indexOf(word, at + 1)) {
    const after = said.slice(at + word.length).replace(/^s/, '');
    const free = !/[\p{L}\p{N}]/u.test(said[at - 1] ?? ' ');
    const more = /^[\p{L}\p{N}]*/u.exec(after)![0].length;
    if (free && more <= (word.length > SHORT_WORD ? ENDING : 0)) return true;
  }
  return false;
}

/** Return the category that the words tell, as the server would: the first dangerous one, else the longest words'. */
export function guess(text: string, categories: Choices['categories']): string {
  const said = ` ${fold(text)} `;
  let best = '';
  let weight = 0;
  for (const category of categories) {
    const found = Math.max(0, ...category.words.filter((word) => holds(said, word)).map((word) => word.length));
    if (found && category.priority === 1) return category.name;
    if (found > weight) [best, weight] = [category.name, found];
  }
  return best || 'other';
}

const SOURCES: [string, RegExp][] = [
  ['radio', /\bradio\b/], ['camera', /\bcameras?\b/], ['patrol', /\bpatrouille\b|\bpatrol\b/], ['call', /\bappel\b|\btelephone\b|\bcall\b/],
];

/** Return the source that the words name, or nothing. */
export function guessSource(text: string): string {
  const said = fold(text);
  return SOURCES.find(([, words]) => words.test(said))?.[0] ?? '';
}
