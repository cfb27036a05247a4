/** What hands wrote of each call, kept on the seat at every letter, with an end: it names people. */

import { DAY_MS, draftNames, endDrafts, keepDraft, readDraft } from '../../shell/draft';

export interface Draft {
  text: string;
  name: string;
  phone: string;
  email: string;
  channel: 'none' | 'phone' | 'email' | 'sms';
  happened: number;
  /** What was chosen: an event or a request to follow, an equipment, a place, an answer. */
  picks: { incident?: string; follows?: string; open?: boolean; label?: string; asset?: string; lon?: number; lat?: number; sheet?: string; transfer?: string };
  say: string;
}

const ROOM = 'call/';
const MOST = 12;

export function emptyDraft(): Draft {
  return { text: '', name: '', phone: '', email: '', channel: 'none', happened: 0, picks: {}, say: '' };
}

/** Each draft has its own name: two windows, two calls, two persons never write over one another. */
function nameOf(person: string, call: string): string {
  return `${ROOM}${person}/${call}`;
}

export function readCall(person: string, call: string): Draft | null {
  const kept = readDraft(nameOf(person, call));
  return kept ? { ...emptyDraft(), ...(JSON.parse(kept) as Draft) } : null;
}

/** Keep a draft; one that holds nothing but what the caller's card told is forgotten: no hand wrote it. */
export function keepCall(person: string, call: string, draft: Draft, card: { phone: string; name: string } | null): void {
  const typed = draft.text || draft.email || (draft.phone && draft.phone !== card?.phone) || (draft.name && draft.name !== card?.name);
  keepDraft(nameOf(person, call), typed ? JSON.stringify(draft) : '');
  for (const old of draftNames(nameOf(person, '')).slice(0, -MOST)) keepDraft(old, '');
}

export function forgetCall(person: string, call: string): void {
  keepDraft(nameOf(person, call), '');
}

/** List the calls of a person that wait with words on this seat. */
export function parkedCalls(person: string): string[] {
  const calls = draftNames(nameOf(person, '')).map((name) => name.slice(nameOf(person, '').length));
  return calls.filter((call) => readCall(person, call)?.text.trim());
}

/** Somebody leaves the seat: nobody's name, number nor address stays with the words that wait. */
export function leaveCalls(person: string): void {
  for (const name of draftNames(nameOf(person, ''))) {
    const kept = JSON.parse(readDraft(name)) as Draft;
    keepDraft(name, kept.text?.trim() ? JSON.stringify({ ...kept, name: '', phone: '', email: '', channel: 'none' }) : '');
  }
}

/** Forget what nobody touched for a day, whoever wrote it. */
export function endCalls(now: number): Promise<void> {
  return endDrafts(ROOM, now - DAY_MS);
}
