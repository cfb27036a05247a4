/** Calls and requests as the feed and the field tell them. */

import { i18n } from '../../i18n/index.svelte';
import { readClock, nextTime } from '../../ui/clockField';
import { topics } from '../../store/topics.svelte';

export type Text = Record<string, string>;

export interface Call {
  id: string;
  state: 'waiting' | 'picking_up' | 'talking' | 'ended' | 'abandoned';
  rang_at: number;
  answered_at: number | null;
  ended_at: number | null;
  extension: string;
  number_known: boolean;
  agent: string | null;
  said: string;
  simulated: boolean;
  recalled: boolean;
}

export interface Owed {
  id: string;
  step: string;
  channel: string;
  state: string;
  problem: string;
}

export interface RequestRow {
  id: string;
  code: string;
  state: 'recorded' | 'attached' | 'informed' | 'passed_on' | 'call_back' | 'closed';
  step: string;
  text: string;
  category: string;
  place: string;
  lon: number | null;
  lat: number | null;
  asset: string | null;
  happened_at: number;
  recorded_at: number;
  author: string | null;
  incident: string | null;
  incident_number: string;
  follows: string | null;
  followers: number;
  passed_to: string;
  call_back_at: number | null;
  attempts: number;
  expected_at: number | null;
  reason: string;
  channel: string;
  has_contact: boolean;
  owed: Owed[];
}

export interface Category {
  name: string;
  label: Text;
  trade: string;
  incident: string;
}

export interface Danger {
  name: string;
  label: Text;
  say: Text;
  call: { name: string; number: string; label: Text }[];
}

export interface PlaceHit {
  label: string;
  commune: string;
  lon: number;
  lat: number;
  precision: string;
}

export interface AssetHit {
  id: string;
  code: string;
  kind: string;
  trade: string;
  commune: string;
  label: string;
  lon: number;
  lat: number;
  distance_m: number;
}

export interface EventHit {
  id: string;
  number: string;
  label: string;
  place: string;
  same: 'asset' | 'feeder' | 'near';
  feeder: string;
  distance_m: number | null;
  crew: string;
  expected_at: number | null;
  say: string;
}

export interface RequestHit {
  id: string;
  code: string;
  label: Text;
  place: string;
  incident: string | null;
  recorded_at: number;
  followers: number;
  distance_m: number;
}

export interface Understanding {
  categories: Category[];
  dangers: Danger[];
  places: PlaceHit[];
  assets: AssetHit[];
  events: EventHit[];
  requests: RequestHit[];
  took_ms: number;
}

/** What was understood, and of which text. */
export interface Heard extends Understanding {
  of: string;
}

export interface Sheet {
  name: string;
  title: Text;
  answer: Text;
  transfer: { label: Text; number: string } | null;
}

export interface Card {
  phone: string;
  name: string;
  requests: RequestRow[];
}

export type Offer =
  | { kind: 'event'; key: string; event: EventHit }
  | { kind: 'request'; key: string; request: RequestHit }
  | { kind: 'asset'; key: string; asset: AssetHit }
  | { kind: 'place'; key: string; place: PlaceHit }
  | { kind: 'sheet'; key: string; sheet: Sheet }
  | { kind: 'open'; key: string };

export const requests = topics.of<RequestRow>('requests');
export const calls = topics.of<Call>('calls');

const SHOWN = { event: 3, request: 3, asset: 4, place: 4, sheet: 4 };

/** Return what Enter may choose, the likeliest first: same event, same request, where exactly, an answer, a new event. */
export function offersOf(found: Understanding | null, sheets: Sheet[]): Offer[] {
  if (!found) return sheets.slice(0, SHOWN.sheet).map((sheet) => ({ kind: 'sheet', key: sheet.name, sheet }));
  const informs = !found.categories.length || found.categories[0]!.name === 'information';
  const answers: Offer[] = sheets.slice(0, SHOWN.sheet).map((sheet) => ({ kind: 'sheet', key: sheet.name, sheet }));
  const [sure, near] = [found.events.filter((one) => one.same !== 'near'), found.events.filter((one) => one.same === 'near')];
  const events = (list: EventHit[]): Offer[] => list.slice(0, SHOWN.event).map((event) => ({ kind: 'event', key: event.id, event }));
  return [
    ...events(sure),
    ...found.requests.slice(0, SHOWN.request).map((request): Offer => ({ kind: 'request', key: request.id, request })),
    ...(informs ? answers : []),
    ...events(near),
    ...found.assets.slice(0, SHOWN.asset).map((asset): Offer => ({ kind: 'asset', key: asset.id, asset })),
    ...(found.assets.length ? [] : found.places.slice(0, SHOWN.place).map((place): Offer => ({ kind: 'place', key: place.label, place }))),
    { kind: 'open', key: 'open' },
  ];
}

/** Return the calls that wait, the oldest first. */
export function waitingCalls(): Call[] {
  return calls.list().filter((call) => call.state === 'waiting' || call.state === 'picking_up').sort((a, b) => a.rang_at - b.rang_at);
}

/** Return the call that waits for the longest and that nobody is picking up. */
export function firstWaiting(): Call | undefined {
  return waitingCalls().find((call) => call.state === 'waiting');
}

/** Tell whether somebody has this caller on the line: who asked for the call, or whose handset answered it. */
export function isTheirs(call: Call, person: string, extension: string): boolean {
  return call.state === 'talking' && ((!!person && call.agent === person) || (!!extension && call.extension === extension));
}

/** Return a handset for whom the simulated exchange may ring: a person of a rehearsal has none; never a colleague's (30x). */
export function simulatedExtension(person: string): string {
  let sum = 0;
  for (const letter of person) sum = (sum * 31 + letter.charCodeAt(0)) % 1_000;
  return `8${String(sum).padStart(3, '0')}`;
}

/** Return the callers who gave up and were not called back, the newest first. */
export function abandonedCalls(): Call[] {
  return calls.list().filter((call) => call.state === 'abandoned' && !call.recalled).sort((a, b) => b.rang_at - a.rang_at);
}

/** Return the requests that somebody must call back, the earliest first. */
export function toCallBack(rows: RequestRow[]): RequestRow[] {
  return rows.filter((row) => row.state === 'call_back').sort((a, b) => (a.call_back_at ?? 0) - (b.call_back_at ?? 0));
}

/** Return the messages that need a person: to say by telephone, failed, in doubt. */
export function toTell(rows: RequestRow[]): { row: RequestRow; owed: Owed }[] {
  const mine = ['by_phone', 'failed', 'doubtful'];
  return rows.flatMap((row) => row.owed.filter((owed) => mine.includes(owed.state)).map((owed) => ({ row, owed })));
}

/** Return the hour to call back that a sentence names (« rappeler à 14h30 »), else in half an hour; µs UTC. */
export function callBackAt(text: string, now: number, zone: string): number {
  const found = /\b(?:à|a|vers|at)\s+(\d{1,2}\s*[h:]\s*\d{0,2})\b/i.exec(text);
  const typed = found ? found[1]!.replace(/\s/g, '').replace(/[h:]$/i, 'h00') : '';
  return readClock(typed) ? nextTime(typed, now, zone) : now + 30 * 60_000_000;
}

/** Return a label in the language on screen. */
export function labelOf(text: Text | undefined): string {
  return text ? (text[i18n.lang] ?? text.fr ?? '') : '';
}
