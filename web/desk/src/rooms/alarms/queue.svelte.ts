/**
 * The queue: what waits, alarms and events alike, in order; the selected line keeps its place until another is chosen.
 *
 * An event that an alarm opened is one line with it, the alarm's, for as long as that alarm waits; then its own.
 */

import { untrack } from 'svelte';

import type { Micros } from '../../api/types';
import { desk } from '../../store/desk.svelte';
import { remember } from '../../store/memory';
import { session } from '../../store/session.svelte';
import type { Selection } from '../../store/selection';
import { incidents, ofAlarm, whereIs, type IncidentRow } from '../incidents/model';
import { alarms, placeOf, waits } from './model';
import { byUrgency, holding, isUnacknowledged, stepFrom, turnTo, type AlarmRow } from './urgency';

/** An event as a line of the queue. */
export interface IncidentLine {
  id: string;
  priority: number;
  state: string;
  raised_at: Micros;
  taken_by: string | null;
  incident: IncidentRow;
}

export type QueueRow = AlarmRow | IncidentLine;

/** Tell whether a line of the queue is an event. */
export function isIncident(row: QueueRow): row is IncidentLine {
  return 'incident' in row;
}

function lineOf(incident: IncidentRow): IncidentLine {
  const { id, priority, state, first_at, taken_by } = incident;
  return { id, priority, state, raised_at: first_at, taken_by, incident };
}

function asks(row: QueueRow): boolean {
  const incident = isIncident(row) ? row.incident : ofAlarm(row.id);
  return isUnacknowledged(row) || (!!incident && (!incident.taken_by || !!incident.closing));
}

const FILTER = 'beffroi.queue';

/** Return the priorities that this seat shows; a critical alarm is never hidden by yesterday's choice. */
function keptPriorities(): number[] {
  try {
    const kept = JSON.parse(localStorage.getItem(FILTER) ?? 'null') as { priorities: number[] } | null;
    if (kept) return [1, ...kept.priorities];
  } catch {
    // an unreadable choice is none
  }
  return [1, 2, 3, 4];
}

class Queue {
  priorities = $state.raw<ReadonlySet<number>>(new Set(keptPriorities()));
  mine = $state(false);
  #held = $state.raw<QueueRow | null>(null);

  get selected(): string | null {
    const { selection } = desk;
    return selection?.kind === 'alarm' || selection?.kind === 'incident' ? selection.id : null;
  }

  all = $derived.by((): QueueRow[] => {
    const waiting = alarms.list().filter((row) => waits(row) && this.#onDesk(session.kind(row.kind)?.trade ?? 'lighting'));
    const told = new Set(waiting.map((row) => row.id));
    // events of every trade that this person sees: whoever opened one or took one finds it here
    const events = incidents.list().filter(
      (row) => !row.links.some((link) => link.kind === 'alarm' && told.has(link.id)),
    );
    return [...waiting, ...events.map(lineOf)];
  });

  #sorted = $derived.by(() => {
    const held = untrack(() => this.#held?.id);
    const kept = this.all.filter(
      (row) => row.id === held || (this.priorities.has(row.priority) && (!this.mine || row.taken_by === session.id)),
    );
    return kept.sort(byUrgency);
  });

  items = $derived(holding(this.#sorted, this.#held));

  counts = $derived.by(() => {
    const counts = [0, 0, 0, 0, 0];
    for (const row of this.all) counts[row.priority]!++;
    return counts;
  });

  #onDesk(trade: string): boolean {
    return desk.page !== 'lighting' || trade === 'lighting';
  }

  /** Return the line of an identifier, as it stands now, or nothing. */
  find(id: string): QueueRow | null {
    return this.items.find((row) => row.id === id) ?? null;
  }

  constructor() {
    desk.whenSelected = (selection) => untrack(() => this.#follow(selection));
  }

  /** Whatever selected a line, here or in another window, it keeps its place; an order composed for it does not free it. */
  #follow(selection: Selection): void {
    if (!selection) return this.release();
    if ((selection.kind !== 'alarm' && selection.kind !== 'incident') || this.#held?.id === selection.id) return;
    const row = this.all.find((one) => one.id === selection.id);
    this.#held = row ? { ...row } : null;
  }

  /** Select a line; it will not move while it is selected. */
  select(row: QueueRow, fly = false): void {
    this.#held = { ...row };
    const place = isIncident(row) ? whereIs(row.incident) : placeOf(row);
    const selection = { kind: isIncident(row) ? ('incident' as const) : ('alarm' as const), id: row.id };
    if (fly) desk.show(selection, place);
    else desk.select(selection, place);
  }

  release(): void {
    this.#held = null;
  }

  /** Go up or down by some lines; returns the line reached. */
  step(by: number): QueueRow | null {
    const { items } = this;
    if (!items.length) return null;
    const at = items.findIndex((row) => row.id === this.selected);
    const row = items[stepFrom(at, by, items.length)]!;
    if (row.id !== this.selected) this.select(row);
    return row;
  }

  /** Go to the line that asks for a gesture: nobody heard it or has it, or its closure is proposed; nothing when none does. */
  turn(): QueueRow | null {
    const row = turnTo(this.items, this.selected, asks);
    if (row && row.id !== this.selected) this.select(row);
    return row;
  }

  togglePriority(priority: number): void {
    const next = new Set(this.priorities);
    if (!next.delete(priority)) next.add(priority);
    this.priorities = next;
    remember(FILTER, JSON.stringify({ priorities: [...next] }));
  }
}

export const queue = new Queue();
