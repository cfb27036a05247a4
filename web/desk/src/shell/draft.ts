/**
 * Drafts survive a crash of the browser: kept at every keystroke, by window, so that two windows of a seat never write over
 * each other. What a lost window was writing comes back in the first one that opens.
 *
 * Kept twice: in localStorage, there at once for a reload, and on the seat's disk, there after a kill. The newer stands.
 */

import { disk } from '../store/disk';
import { remember } from '../store/memory';

export const DAY_MS = 86_400_000;
const PREFIX = 'draft/';
const LOCAL = 'beffroi.';

interface Draft {
  text: string;
  at: number;
}

const texts = new Map<string, string>();
let own = '1';

/** Bring the drafts of this window back, and those of windows that are no more. */
export async function openDrafts(number: string, alive: ReadonlySet<string>): Promise<void> {
  own = number;
  const found = new Map<string, Draft>(await disk.list<Draft>(PREFIX).catch(() => []));
  for (const [key, draft] of local()) if (draft.at >= (found.get(key)?.at ?? 0)) found.set(key, draft);
  const kept = [...found].filter(([, draft]) => draft.text);
  for (const [key, draft] of kept) if (windowOf(key) === own) texts.set(nameOf(key), draft.text);
  for (const [key, draft] of found) if (!draft.text && windowOf(key) === own) sweep(key);
  const orphans = kept.filter(([key]) => windowOf(key) !== own && !alive.has(windowOf(key)));
  for (const [key, draft] of orphans.sort((a, b) => b[1].at - a[1].at)) {
    if (texts.has(nameOf(key))) continue;
    // its age comes with it: what has an end keeps it
    keepDraft(nameOf(key), draft.text, draft.at);
    localStorage.removeItem(LOCAL + key);
    void disk.forget(key).catch(() => undefined);
  }
}

/** Forget a draft that is over, once the disk has nothing older of it to bring back. */
function sweep(key: string): void {
  const over = () => {
    if (!read(LOCAL + key)?.text) localStorage.removeItem(LOCAL + key);
  };
  void disk.forget(key).then(over, () => undefined);
}

function local(): [string, Draft][] {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(LOCAL + PREFIX));
  return keys.flatMap((key) => {
    const draft = read(key);
    return draft ? [[key.slice(LOCAL.length), draft]] : [];
  });
}

function read(key: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null;
  } catch {
    // half a draft of a crashed disk
    return null;
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
  return texts.get(name) ?? '';
}

/** List the drafts of this window whose name begins so, the first kept first. */
export function draftNames(prefix: string): string[] {
  return [...texts.keys()].filter((name) => name.startsWith(prefix));
}

/** Keep a draft; empty forgets it. */
export function keepDraft(name: string, text: string, at = Date.now()): void {
  if ((texts.get(name) ?? '') === text) return;
  const key = `${PREFIX}${own}/${name}`;
  if (text) texts.set(name, text);
  else texts.delete(name);
  const draft: Draft = { text, at };
  // an empty one stays here: it says that what the disk may still hold is over
  remember(LOCAL + key, JSON.stringify(draft));
  void disk.keep([[key, draft]]).catch(() => undefined);
}

/** Forget, in both places and of every window and person, the drafts whose name begins so and that nobody touched since. */
export async function endDrafts(prefix: string, before: number): Promise<void> {
  const found = new Map<string, Draft>(await disk.list<Draft>(PREFIX).catch(() => []));
  for (const [key, draft] of local()) if (draft.at >= (found.get(key)?.at ?? 0)) found.set(key, draft);
  for (const [key, draft] of found) {
    if (!nameOf(key).startsWith(prefix) || draft.at >= before) continue;
    if (windowOf(key) === own) texts.delete(nameOf(key));
    localStorage.removeItem(LOCAL + key);
    await disk.forget(key).catch(() => undefined);
  }
}
