/** How a room joins the desk without touching it: `rooms/<room>/desk.ts` exports a `DeskRoom` as default. */

import type { Component } from 'svelte';

import type { Key } from '../i18n/fr';
import type { Selection } from '../store/selection';

export interface DeskPage {
  /** Last part of the address, #/<name>; its title is the text `page.<name>`. */
  name: string;
  /** The right that shows it in the bar; none: anybody who sees the desk. */
  right?: string;
  /** Place in the bar: smaller is farther left; without one it is found in the menu « Plus » and by Ctrl-K. */
  order?: number;
  /** How much a shift needs it at hand: smaller stays longer in a narrow bar; none: its order. */
  daily?: number;
  component: Component;
}

export interface DeskKey {
  /** The character typed, small letter. */
  key: string;
  label: Key;
  /** Acts wherever no field is being typed in, not only while the queue has the focus. */
  anywhere?: boolean;
  run: () => void;
}

export interface Entry {
  key: string;
  label: string;
  hint: string;
  run: () => void;
}

/** One change as « what was missed » lists it. */
export interface Told {
  text: string;
  /** When, µs UTC; nothing: not known better than « while away ». */
  at?: number | null | undefined;
  /** What a click opens. */
  selection?: Selection;
}

/** Say what became of a row between two instants, or nothing when nobody needs to know. */
export type Tell = (after: unknown, before: unknown) => Told | null;

export interface DeskRoom {
  pages?: DeskPage[];
  /** Panels of « what I am working on », by kind of selection. */
  panels?: Record<string, Component<{ id: string }>>;
  keys?: DeskKey[];
  /** Actions of the palette (Ctrl-K), asked each time it is drawn. */
  entries?: () => Entry[];
  /** Search of the palette in this room, by what is typed. */
  find?: (query: string, signal: AbortSignal) => Promise<Entry[]>;
  /** Small things of the bar, right of the search. */
  bar?: Component[];
  /** Bands under the bar: what everybody in the room must know now. */
  bands?: Component[];
  /** Lines above the queue that wait for somebody and are no alarm of an asset. */
  queueTop?: Component[];
  /** Chips of the strip « Hors normal ». */
  abnormal?: Component[];
  /** What lies over the frame without taking it: a field, a lock. */
  overlays?: Component[];
  /** What to say of rows that changed while the core was away, by topic of the feed. */
  changes?: Record<string, Tell>;
  /** What comes next by itself in this room: the quiet queue names the nearest. */
  deadlines?: () => { at: number; what: string }[];
  /** Close the topmost thing of this room; tell whether there was one. */
  close?: () => boolean;
  /** Finish what is half done in the name of who sits here, before somebody else does or the seat is locked. */
  leave?: () => Promise<unknown>;
  /** Called once when the desk opens; what it returns is called when it closes. */
  start?: () => (() => void) | void;
}

const found = import.meta.glob<{ default: DeskRoom }>('../rooms/*/desk.ts', { eager: true });
let known: DeskRoom[] | null = null;

/** Return the rooms that joined the desk, in order of name. */
export function deskRooms(): DeskRoom[] {
  // read late: rooms and shell import each other
  known ??= Object.keys(found).sort().map((path) => found[path]!.default);
  return known;
}

/** Return one kind of contribution of every room. */
export function gather<T>(pick: (room: DeskRoom) => T[] | undefined): T[] {
  return deskRooms().flatMap((room) => pick(room) ?? []);
}

/** Let every room finish what is half done in the name of who sits here. */
export async function leaveRooms(): Promise<void> {
  await Promise.allSettled(deskRooms().map((room) => room.leave?.()));
}

/** Return the page of that name, or nothing. */
export function findPage(name: string): DeskPage | undefined {
  return gather((room) => room.pages).find((page) => page.name === name);
}

/** Return the panel of a kind of selection, or nothing. */
export function findPanel(kind: string): Component<{ id: string }> | undefined {
  for (const room of deskRooms()) if (room.panels?.[kind]) return room.panels[kind];
  return undefined;
}
