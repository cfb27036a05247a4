/** The queue: what waits, in order; the selected line keeps its place until another is chosen. */

import { untrack } from 'svelte';

import { desk } from '../../store/desk.svelte';
import { session } from '../../store/session.svelte';
import { alarms, placeOf, waits } from './model';
import { byUrgency, holding, type AlarmRow } from './urgency';

class Queue {
  priorities = $state.raw<ReadonlySet<number>>(new Set([1, 2, 3, 4]));
  mine = $state(false);
  #held = $state.raw<AlarmRow | null>(null);

  get selected(): string | null {
    return desk.selection?.kind === 'alarm' ? desk.selection.id : null;
  }

  all = $derived.by(() => alarms.list().filter((row) => waits(row) && this.#onDesk(row)));

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

  #onDesk(row: AlarmRow): boolean {
    if (desk.page !== 'lighting') return true;
    return (session.kind(row.kind)?.trade ?? 'lighting') === 'lighting';
  }

  /** Select a line; it will not move while it is selected. */
  select(row: AlarmRow, fly = false): void {
    this.#held = { ...row };
    const place = placeOf(row);
    if (fly) desk.show({ kind: 'alarm', id: row.id }, place);
    else desk.select({ kind: 'alarm', id: row.id }, place);
  }

  release(): void {
    this.#held = null;
  }

  /** Go up or down by some lines; returns the line reached. */
  step(by: number): AlarmRow | null {
    const { items } = this;
    if (!items.length) return null;
    const at = items.findIndex((row) => row.id === this.selected);
    const place = at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, at + by));
    const row = items[place]!;
    if (row.id !== this.selected) this.select(row);
    return row;
  }

  togglePriority(priority: number): void {
    const next = new Set(this.priorities);
    if (!next.delete(priority)) next.add(priority);
    this.priorities = next;
  }
}

export const queue = new Queue();
