/** Events as the server says them (src/beffroi/incidents/types.py). Times are µs UTC. */

import type { Micros, Text } from '../../api/types';

export interface Deadline {
  kind: 'take' | 'engage' | 'on_site' | 'made_safe';
  at: Micros;
  warn_at: Micros;
  role: string;
}

export interface Link {
  kind: 'alarm' | 'request' | 'work' | 'order';
  id: string;
  subject: string | null;
  name: Text;
  why: string;
  reason: string;
  reason_params: Record<string, string>;
  at: Micros;
  gone: boolean;
}

export interface Step {
  key: string;
  kind: 'call' | 'camera' | 'order' | 'reminder' | 'dispatch' | 'draft' | 'check';
  text: Text;
  hint: Text;
  required: boolean;
  to: string[];
  outcome: '' | 'done' | 'not_applicable';
  at: Micros | null;
  by: string | null;
  told: string;
  note: string;
}

export interface JoinedRow {
  id: string;
  number: string;
  label: Text;
  what: string;
  why: string;
  reason: string;
  reason_params: Record<string, string>;
  alarms: string[];
}

export interface Attachment {
  id: string;
  n: number;
  name: string;
  media: string;
  bytes: number;
  at: Micros;
  by: string | null;
  ends_at: Micros;
}

export interface Closing {
  cause: string;
  result: string;
  at: Micros;
  reason: string;
  reason_params: Record<string, string>;
}

export interface IncidentRow {
  id: string;
  number: string;
  state: 'new' | 'taken' | 'in_progress' | 'resolved' | 'joined' | 'closed';
  category: string;
  label: Text;
  what: string;
  place: string;
  code: string;
  asset: string | null;
  index: number;
  lon: number | null;
  lat: number | null;
  commune: string;
  trade: string;
  source: string;
  priority: number;
  masked: boolean;
  first_at: Micros;
  opened_at: Micros;
  opened_by: string | null;
  changed_at: Micros;
  taken_by: string | null;
  taken_at: Micros | null;
  deadlines: Deadline[];
  warned: string[];
  clocks: Partial<Record<'engaged' | 'on_site' | 'made_safe' | 'repaired', Micros>>;
  links: Link[];
  joined: JoinedRow[];
  into: string | null;
  into_number: string;
  why: string;
  reason: string;
  reason_params: Record<string, string>;
  steps: Step[];
  attachments: Attachment[];
  closing: Closing | null;
  closed_at: Micros | null;
  closed_by: string | null;
  cause: string;
  result: string;
  no_result: string;
  skipped: string[];
  skip_reason: string;
  reopened: number;
  late: boolean;
  simulated: boolean;
}

/** All that the other trades know of a masked event. */
export interface MaskedRow {
  id: string;
  number: string;
  place: string;
  lon: number | null;
  lat: number | null;
  commune: string;
  text: Text;
  first_at: Micros;
  masked: true;
}

export type Shown = IncidentRow | MaskedRow;

export interface Choices {
  categories: { name: string; trade: string; priority: number; label: Text; words: string[]; masked: boolean; cause: string }[];
  causes: Record<string, Text>;
  results: Record<string, Text>;
  without_result: string[];
}

export interface TimelineItem {
  position: number;
  happened_at: Micros;
  recorded_at: Micros;
  type: string;
  actor: { kind: string; id?: string; name?: string };
  code: string;
  params: Record<string, unknown>;
}

export interface NearThing {
  id: string;
  kind: string;
  code: string;
  label: string;
  distance_m: number;
  lon: number;
  lat: number;
  at: Micros | null;
  state: string;
  old: boolean;
}

export interface Circuit {
  asset: string;
  kind: 'circuit' | 'cabinet';
  code: string;
  darkens: number;
  locked: boolean;
  neighbours: number;
  neighbours_lit: number;
  neighbours_known: number;
  trips: Micros[];
  trips_24h: number;
  do_not_rearm: boolean;
}

export interface Around {
  place: string;
  assets: NearThing[];
  cameras: NearThing[];
  crews: NearThing[];
  works: NearThing[];
  incidents: { distance_m: number; incident: Shown }[];
  calls: NearThing[];
  circuit: Circuit | null;
}
