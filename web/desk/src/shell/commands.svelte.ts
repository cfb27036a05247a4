/** Commands of the desk: what keys, buttons and the palette do, in one place. */

import { flushSync } from 'svelte';

import { acknowledge, take } from '../rooms/alarms/commands';
import { alarms } from '../rooms/alarms/model';
import { queue } from '../rooms/alarms/queue.svelte';
import { composeForIncident, takeIncident } from '../rooms/incidents/commands';
import { incidents, ofAlarm } from '../rooms/incidents/model';
import { composeFor, composeForAlarm } from '../rooms/orders/compose';
import { desk, type Page } from '../store/desk.svelte';
import { assets } from '../rooms/assets/store.svelte';
import { focusOf, isFor, resolve, type Command } from './keyboard';
import { notices } from './notice.svelte';
import { deskRooms, gather } from './rooms';

const AROUND_M = 150;

interface ListDoor {
  reveal: (id: string) => void;
  focus: () => void;
}

class Commands {
  queueList: ListDoor | null = null;
  writeField: (() => void) | null = null;

  /** Handle a key press anywhere in the frame. */
  key(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const focus = focusOf(event.target);
    const command = resolve(event, focus);
    const room = command ? undefined : gather((one) => one.keys).find((key) => isFor(key, event, focus));
    if (!command && !room) return;
    event.preventDefault();
    if (command) this.run(command);
    else room?.run();
  }

  run(command: Command): void {
    const selected = queue.selected;
    const actions: Record<Command, () => void> = {
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      first: () => this.#step(-Infinity),
      last: () => this.#step(Infinity),
      turn: () => this.#reach(queue.turn()),
      open: () => selected && this.#open(selected),
      close: () => this.close(),
      acknowledge: () => selected && desk.selection?.kind === 'alarm' && void acknowledge(selected),
      take: () => selected && this.take(selected),
      order: () => void this.order(),
      write: () => this.write(),
      keys: () => (desk.keys = !desk.keys),
      palette: () => (desk.palette = !desk.palette),
      undo: () => void notices.undo(),
      around: () => this.around(),
      queue: () => this.home(),
    };
    actions[command]();
  }

  #step(by: number): void {
    this.#reach(queue.step(by));
  }

  #reach(row: { id: string } | null): void {
    if (row) this.queueList?.reveal(row.id);
  }

  #open(id: string): void {
    const row = queue.find(id) ?? alarms.rows.get(id);
    if (row) queue.select(row, true);
  }

  /** Take what is selected; an alarm with its event. */
  take(id: string): void {
    const incident = desk.selection?.kind === 'incident' ? id : ofAlarm(id)?.id;
    if (incident) void takeIncident(incident);
    else void take(id);
  }

  /** Put the hands back on the queue after a wait, unless they went to another field or question than `from` meanwhile. */
  rest(from: Element | null = null): void {
    const at = document.activeElement;
    // an answer that comes late does not take the hands from a question that a key opened meanwhile
    if (at === from || (!focusOf(at).typing && !at?.closest('[data-asks]'))) this.queueList?.focus();
  }

  /** Escape: one layer at a time, then back to the queue. */
  close(): void {
    if (desk.palette) desk.palette = false;
    else if (deskRooms().some((room) => room.close?.())) return;
    else if (desk.keys) desk.keys = false;
    else if (desk.lasso || desk.drawn.length) {
      desk.lasso = false;
      desk.drawn = [];
      if (desk.selection?.kind === 'compose') desk.select(null);
    } else if (desk.selection) {
      queue.release();
      desk.clear();
    }
    this.home();
  }

  /** Bring the hands to the queue, in sight where one part of the frame is seen at a time. */
  home(): void {
    desk.pane = 'queue';
    flushSync();
    this.queueList?.focus();
  }

  /** Bring the hands to the field of the main courante. */
  write(): void {
    desk.pane = 'log';
    flushSync();
    this.writeField?.();
  }

  /** Compose an order for what is selected. */
  async order(): Promise<void> {
    const { selection } = desk;
    if (selection?.kind === 'alarm') {
      const row = alarms.rows.get(selection.id);
      if (row) await composeForAlarm(row);
    } else if (selection?.kind === 'incident') {
      const row = incidents.rows.get(selection.id);
      if (row) await composeForIncident(row);
    } else if (selection?.kind === 'asset') {
      const asset = assets.known(selection.id);
      if (asset) composeFor(asset);
    }
  }

  /** Draw or remove the ring around the selection. */
  around(): void {
    desk.around = desk.around || !desk.place ? null : { ...desk.place, radius_m: AROUND_M };
  }

  go(page: Page, sub = ''): void {
    desk.go(page, sub);
  }
}

export const commands = new Commands();
