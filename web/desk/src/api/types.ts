/** What the server says, as the desk reads it (docs/architecture.md). Times are µs UTC. */

export type Micros = number;
export type Text = Record<string, string>;

export interface Scope extends Array<string> {
  0: string;
  1: string;
  2: string;
}

export interface PointSpec {
  name: string;
  kind: 'measure' | 'counter' | 'state';
  unit: string;
  low: number;
  high: number;
  label: Text;
  heartbeat_s?: number;
  labels?: Record<string, Text>;
}

export interface AlarmClassSpec {
  name: string;
  label: Text;
  action?: Text;
  outcome: string;
  priority?: number;
  cannot_shelve?: boolean;
}

export interface OrderSpec {
  name: string;
  label: Text;
  unit?: string;
  low?: number;
  high?: number;
  right?: string;
}

export interface KindSpec {
  name: string;
  trade: string;
  label: Text;
  label_plural: Text;
  points?: PointSpec[];
  alarm_classes?: AlarmClassSpec[];
  orders?: OrderSpec[];
  panel?: { title: Text; points?: string[]; orders?: string[] }[];
  icon?: string;
}

export interface LogEntry {
  id: string;
  happened_at: Micros;
  recorded_at: Micros;
  source: 'typed' | 'automatic';
  author?: string | null;
  author_name?: string;
  text: string;
  code: string;
  params: Record<string, string>;
  asset?: string | null;
  corrects?: string | null;
  corrected_by?: string | null;
  incident?: string | null;
  /** When it was typed, where the line waited on its seat: *saisie différée*. */
  typed_at?: Micros | null;
  position: number;
  scope: Scope;
}

export interface Page<T> {
  items: T[];
  total?: number;
  next?: unknown;
}

/** Who sits here, as `/api/me` says. */
export interface Me {
  account: string | null;
  login: string;
  name: string;
  lang: 'fr' | 'en';
  csrf: string;
  ends_at: number | null;
  must_change_password: boolean;
  second_factor: boolean;
  has_code?: boolean;
  security_keys?: number;
  /** The seat is locked: picture and sound, no name, no action. */
  locked?: boolean;
  rights: Record<string, unknown>;
  communes: string[];
  trades: string[];
  roles: string[];
  role_labels?: Record<string, string>[];
  /** Each role with what it is held over; « * » is all of an axis. */
  grants?: { role: string; communes: string[]; trades: string[]; kinds: string[] }[];
  zone?: string;
}
