/** Instructions, reminders and routines as the desk reads them. */

import type { Micros, Text } from '../../api/types';
import { say, t } from '../../i18n/index.svelte';
import type { Selection } from '../../store/selection';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { topics } from '../../store/topics.svelte';
import { here } from '../seats/model.svelte';

export interface Instruction {
  id: string;
  text: string;
  desks: string[];
  begin: Micros;
  end: Micros;
  given_at: Micros;
  author: string | null;
  reads: { account: string; at: Micros }[];
}

export interface Reminder {
  id: string;
  text: string;
  about: string;
  target: { kind: string; id: string | null };
  due_at: Micros;
  made_at: Micros;
  author: string | null;
  fell_due_at: Micros | null;
  postponed: number;
}

export interface Occasion {
  day: string;
  at: Micros;
  begin: Micros;
  end: Micros;
}

export interface RoutineRow {
  name: string;
  label: Text;
  desk: string;
  at: string;
  next: Occasion | null;
  last: { day: string; at: Micros; result: string; remark: string; recorded_at: Micros; author: string | null; late: boolean } | null;
}

export const END_REASONS = ['done', 'replaced', 'no_longer_true', 'mistake', 'cancelled', 'other'] as const;
export const RESULTS = ['done', 'partial', 'not_done'] as const;

export const instructions = topics.of<Instruction>('instructions');
export const reminders = topics.of<Reminder>('reminders');
export const routines = topics.of<RoutineRow>('routines');

/** Ends nearer than this are shown in « Hors normal ». */
const SOON_US = 2 * 3_600_000_000;

/** Who read an instruction. */
export function readers(row: Instruction): string[] {
  return row.reads.map((one) => one.account);
}

/** Every desk of the city by name, as the seats decide them. */
export function deskNames(): { name: string; label: string }[] {
  const rows = topics.of<{ name: string; label: Text }>('desks').list();
  return rows.map((row) => ({ name: row.name, label: say(row.label) }));
}

/** How a desk is called on screen. */
export function deskLabel(name: string): string {
  return deskNames().find((one) => one.name === name)?.label ?? name;
}

/** An instruction for some desks is shown where one of them is held; a seat that holds none sees them all. */
function concernsUs(row: Instruction): boolean {
  const mine = here.held.map((desk) => desk.id);
  return !row.desks.length || !mine.length || row.desks.some((desk) => mine.includes(desk));
}

class Duties {
  /** Instructions begun, the first to end first. */
  standing = $derived(instructions.list().filter((row) => row.begin <= live.now).sort((a, b) => a.end - b.end));
  unread = $derived(this.standing.filter((row) => row.text && concernsUs(row) && !readers(row).includes(session.id)));
  endSoon = $derived(this.standing.filter((row) => row.end - live.now < SOON_US));
  /** Reminders that ask, the oldest first: this order never changes under the eyes. */
  due = $derived(reminders.list().filter((row) => row.fell_due_at !== null).sort((a, b) => a.fell_due_at! - b.fell_due_at!));
  waiting = $derived(reminders.list().filter((row) => row.fell_due_at === null).sort((a, b) => a.due_at - b.due_at));
  /** Routines whose window is open. */
  open = $derived(
    routines.list().filter((row) => row.next && row.next.begin <= live.now && row.next.end > live.now).sort((a, b) => a.next!.end - b.next!.end),
  );
  /** What comes next by itself, for the quiet night. */
  deadlines = $derived([
    ...this.waiting.map((row) => ({ at: row.due_at, what: t('duties.deadline.reminder', { text: row.text || row.about }) })),
    ...routines.list().flatMap((row) => (row.next ? [{ at: row.next.at, what: say(row.label) }] : [])),
    ...instructions.list().map((row) => ({ at: row.end, what: t('duties.deadline.instruction') })),
  ]);
}

export const duties = new Duties();

const OPENED = new Set(['alarm', 'asset', 'order', 'incident', 'request', 'crew', 'contact']);

/** What a reminder opens, or nothing when it is linked to nothing. */
export function targetOf(row: Reminder): Selection {
  const { kind, id } = row.target;
  return id && OPENED.has(kind) ? ({ kind, id } as Selection) : null;
}
