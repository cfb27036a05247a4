/**
 * Drafts survive a crash of the browser: kept on the seat's disk at every keystroke, by window, so that two windows of a
 * seat never write over each other. What a lost window was writing comes back in the first one that opens.
 */

import { disk } from '../store/disk';

const PREFIX = 'draft/';
const OLD = 'beffroi.draft.';

interface Draft {
  text: string;
  at: number;
}

const texts = new Map<string, string>();
let own = '1';

/** Bring the drafts of this window back, and those of windows that are no more. */
export async function openDrafts(number: string, alive: ReadonlySet<string>): Promise<void> {
  own = number;
  const found = await disk.list<Draft>(PREFIX).catch(() => []);
  const mine = found.filter(([key]) => windowOf(key) === own);
  for (const [key, draft] of mine) texts.set(nameOf(key), draft.text);
  const orphans = found.filter(([key]) => windowOf(key) !== own && !alive.has(windowOf(key)));
  for (const [key, draft] of orphans.sort((a, b) => b[1].at - a[1].at)) {
    if (texts.has(nameOf(key))) continue;
    keepDraft(nameOf(key), draft.text);
    void disk.forget(key).catch(() => undefined);
  }
}

function windowOf(key: string): string {
  return key.split('/', 2)[1] ?? '';
}

function nameOf(key: string): string {
  return key.split('/').slice(2).join('/');
}

/** Read a draft, or the empty text. */
export function readDraft(name: string): string {
  return texts.get(name) ?? localStorage.getItem(OLD + name) ?? '';
}

/** Keep a draft; empty forgets it. */
export function keepDraft(name: string, text: string): void {
  if ((texts.get(name) ?? '') === text) return;
  localStorage.removeItem(OLD + name);
  const key = `${PREFIX}${own}/${name}`;
  if (text) texts.set(name, text);
  else texts.delete(name);
  const kept = text ? disk.keep([[key, { text, at: Date.now() } satisfies Draft]]) : disk.forget(key);
  // without a database the browser's own memory is better than nothing
  kept.catch(() => (text ? localStorage.setItem(OLD + name, text) : undefined));
}
