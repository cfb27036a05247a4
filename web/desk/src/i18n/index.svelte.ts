/** Texts on screen: the desk's own catalogue and the server's, in the chosen language. */

import { remember } from '../store/memory';
import { en } from './en';
import { fr, type Key } from './fr';
import { interpolate } from './interpolate';

export type Lang = 'fr' | 'en';
const CATALOGUES: Record<Lang, Record<Key, string>> = { fr, en };

class I18n {
  lang = $state<Lang>('fr');
  server = $state.raw<Record<string, string>>({});
}

export const i18n = new I18n();

/** Return the desk's text of a key, its parameters filled. */
export function t(key: Key, params: Record<string, unknown> = {}): string {
  return interpolate(CATALOGUES[i18n.lang][key] ?? key, params, i18n.lang);
}

/** Return the text for a count: the key's `.one` or `.other` form (French says 0 and 1 as one). */
export function tn(key: string, n: number, params: Record<string, unknown> = {}): string {
  const one = i18n.lang === 'fr' ? Math.abs(n) < 2 : n === 1;
  return t(`${key}.${one ? 'one' : 'other'}` as Key, { n, ...params });
}

/** Return the server's sentence for a code, or nothing when the catalogue has none. */
export function findSentence(code: string, params: Record<string, unknown> = {}): string | null {
  const template = i18n.server[code];
  return template === undefined ? null : interpolate(template, params, i18n.lang);
}

/** Return the server's sentence for a code; an unknown code shows itself rather than nothing. */
export function sentence(code: string, params: Record<string, unknown> = {}): string {
  return findSentence(code, params) ?? code;
}

/** Return a text given in several languages in the one on screen. */
export function say(text: Record<string, string> | undefined | null): string {
  if (!text) return '';
  return text[i18n.lang] ?? text.fr ?? '';
}

/** Choose the language and remember it on this seat. */
export function setLang(lang: Lang): void {
  i18n.lang = lang;
  document.documentElement.lang = lang;
  remember('beffroi.lang', lang);
}
