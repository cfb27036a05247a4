/** Crews, engagements and call-outs as the feed gives them, and how the room says them. */

import { engaging } from './engaging.svelte';
import type { Micros } from '../../api/types';
import { i18n, sentence, t } from '../../i18n/index.svelte';
import { desk } from '../../store/desk.svelte';
import type { Selection } from '../../store/selection';
import { session } from '../../store/session.svelte';
import { topics } from '../../store/topics.svelte';
import { clock, day } from '../../ui/format';

export const STATES = ['engaged', 'en_route', 'on_site', 'made_safe', 'available'] as const;
export type CrewState = (typeof STATES)[number];
export const CHANNELS = ['radio', 'phone', 'application'] as const;
export type Channel = (typeof CHANNELS)[number];
export const CRITERIA = ['no_danger', 'made_safe', 'no_public', 'few_points', 'lit_nearby', 'work_at_day'] as const;
export const TRADES = ['lighting', 'traffic', 'roads', 'cleaning', 'green_spaces', 'police', 'bulky_waste', 'buildings'] as const;
export const SKILLS = ['lighting', 'signals', 'roads', 'cones', 'cleaning', 'green_spaces', 'pruning', 'police', 'bulky_waste', 'building', 'locksmith'] as const;
export const PAPERS = ['electrical', 'at_height'] as const;
export const EQUIPMENT = ['platform', 'washer', 'skip'] as const;

export interface Move {
  id: string;
  state: CrewState;
  happened_at: Micros;
  recorded_at: Micros;
  channel: Channel;
  author: string | null;
  unusual: boolean;
}

export const CHIEF = 3;

export interface EngagementRow {
  id: string;
  incident: string;
  number: string;
  label: string;
  place: string;
  trade: string;
  crew: string | null;
  crew_name: string;
  agent: string | null;
  rank: number;
  travel_min: number | null;
  state: CrewState;
  since: Micros;
  channel: Channel;
  moves: Move[];
  accepted: boolean;
  answer_before: Micros | null;
  overdue: boolean;
  /** How many times it was told that nobody answers; from CHIEF on it is the chef de salle's. */
  insisted: number;
  insist_at: Micros | null;
  expected_at: Micros | null;
  started_at: Micros;
  engaged_by: string | null;
  ended_at: Micros | null;
  end_reason: '' | 'available' | 'disengaged' | 'refused' | 'closed';
}

export interface Attempt {
  id: string;
  agent: string;
  rank: number;
  at: Micros;
  by: string | null;
  outcome: 'reached' | 'no_answer' | null;
}

export interface CallOutRow {
  id: string;
  incident: string;
  number: string;
  label: string;
  trade: string;
  state: 'calling' | 'reached' | 'exhausted' | 'postponed' | 'resumed' | 'ended';
  agent: string | null;
  rank: number;
  delay_min: number;
  escalate_at: Micros | null;
  attempts: Attempt[];
  criteria: string[];
  opened_at: Micros;
  ended_at: Micros | null;
}

export interface Reason {
  code: string;
  params: Record<string, string | number>;
}

export interface Ranked {
  rank: number;
  crew: string;
  name: string;
  travel_min: number | null;
  stale: boolean;
  load: number;
  shift_end: Micros;
  reasons: Reason[];
}

export interface Excluded {
  crew: string;
  name: string;
  load: number;
  here: boolean;
  reason: Reason;
}

export interface OnCallNow {
  trade: string;
  rank: number;
  agent: string;
  name: string;
  phone: string;
  delay_min: number;
  until: Micros;
  contractor: string;
  simulated: boolean;
}

export interface RankingPage {
  incident: string;
  at: Micros;
  need: { trade: string; skills: string[]; authorisations: string[]; equipment: string[] };
  ranked: Ranked[];
  excluded: Excluded[];
  /** `out`: on which event the person already is. */
  on_call: { line: OnCallNow; reason: Reason; out: Reason | null }[];
  /** Who is on call and not proposed for this event, with why. */
  on_call_passed: { line: OnCallNow; reason: Reason }[];
}

export interface CrewNow {
  id: string;
  name: string;
  trade: string;
  contractor: string;
  vehicle: string | null;
  vehicle_code: string;
  members: number;
  skills: string[];
  equipment: string[];
  state: CrewState;
  load: number;
  shift_end: Micros;
  place: string;
  lon: number | null;
  lat: number | null;
  position_age_s: number | null;
  stale: boolean;
  simulated: boolean;
}

interface Linked {
  links?: { kind: string; id?: string; alarm?: string }[];
  joined?: { alarms?: string[] }[];
}

export const engagements = topics.of<EngagementRow>('engagements');
export const callOuts = topics.of<CallOutRow>('callouts');
const incidents = topics.of<Linked>('incidents');

/** Return the open engagements of an event, the oldest first. */
export function openOf(incident: string): EngagementRow[] {
  return engagements.list().filter((row) => row.incident === incident && row.ended_at === null).sort((a, b) => a.started_at - b.started_at);
}

/** Return what a crew is engaged on now, the oldest first: only what this person sees. */
export function jobsOf(crew: string): EngagementRow[] {
  return engagements.list().filter((row) => row.crew === crew && row.ended_at === null).sort((a, b) => a.started_at - b.started_at);
}

/** Return who was ever sent to an event in the last days, who is still there first. */
export function allOf(incident: string): EngagementRow[] {
  return engagements.list()
    .filter((row) => row.incident === incident)
    .sort((a, b) => Number(a.ended_at !== null) - Number(b.ended_at !== null) || a.started_at - b.started_at);
}

/** Return the call-outs of an event that still wait for something. */
export function callsOf(incident: string): CallOutRow[] {
  return callOuts.list().filter((row) => row.incident === incident && row.state !== 'reached' && row.state !== 'ended');
}

/** Return the event that a selection is about: itself, that of its alarm, or that of its crew. */
export function incidentOf(selection: Selection): string | null {
  if (selection?.kind === 'incident' || selection?.kind === 'engage') return selection.id;
  if (selection?.kind === 'crew') return engagements.list().find((row) => row.ended_at === null && row.crew === selection.id)?.incident ?? null;
  if (selection?.kind !== 'alarm') return null;
  for (const [id, row] of incidents.rows) {
    if (row.links?.some((link) => link.kind === 'alarm' && (link.id ?? link.alarm) === selection.id)) return id;
    if (row.joined?.some((one) => one.alarms?.includes(selection.id))) return id;
  }
  return null;
}

/** Return the word of dispatch in the language on screen: `skill.lighting`, `state.on_site`. */
export function word(name: string): string {
  return i18n.server[`dispatch.${name}`] ?? name.slice(name.lastIndexOf('.') + 1);
}

export function rankWord(rank: number): string {
  return sentence(`dispatch.rank.${rank}`);
}

/** How the room calls who is engaged: the crew, or « astreinte éclairage ». */
export function nameOf(row: EngagementRow): string {
  return row.crew_name || t('dispatch.onCallPerson', { trade: word(`trade.${row.trade}`) });
}

const NO_SUPPORT = new Set(['dispatch.why.authorisation', 'dispatch.why.expired']);

/** Tell whether a crew that is not proposed may be sent beside the others: never without the papers of the work. */
export function maySupport(crew: Excluded): boolean {
  return !NO_SUPPORT.has(crew.reason.code);
}

const TIMES = new Set(['end']);
const DATES = new Set(['until']);

/** Return one part of a sentence of the ranking. */
export function reason(part: Reason): string {
  const params: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(part.params)) {
    if (name === 'codes') params[name] = String(value).split(',').map((code) => word(`skill.${code}`)).join(', ');
    else if (TIMES.has(name)) params[name] = clock(Number(value), i18n.lang, session.zone);
    else if (DATES.has(name)) params[name] = day(Number(value), i18n.lang, session.zone);
    else params[name] = value;
  }
  return sentence(part.code, params);
}

/** Show the panel that engages on an event. */
export function openEngage(incident: string): void {
  desk.select({ kind: 'engage', id: incident }, desk.place);
  engaging.asked++;
}
