/** What this seat is looking at: page, selection, theme, layers. Shared between its windows, kept across a crash. */

import type { Theme } from '../map/palette';
import { remember } from './memory';
import type { Selection } from './selection';

/** A page of the desk itself, or one that a room brings (`shell/rooms.ts`). */
export type Page = string;
export const PAGES: Page[] = ['overview', 'lighting', 'alarms', 'register', 'journal', 'admin', 'settings'];

export interface Around {
  lon: number;
  lat: number;
  radius_m: number;
}

/** On a telephone one part of the frame is seen at a time. */
export type Pane = 'queue' | 'page' | 'hand' | 'log';

/** Kinds that arrows step through: going over a line does not leave the list. */
const STEPPED = new Set(['alarm', 'incident']);

/** What the windows of a seat tell each other. */
type Shared =
  | { kind: 'selection'; selection: Selection; place: { lon: number; lat: number } | null }
  | { kind: 'theme'; theme: Theme }
  | { kind: 'hello' };

const LAYERS = 'beffroi.layers';

function keptLayers(): Record<string, string[]> {
  try {
    return JSON.parse(localStorage.getItem(LAYERS) ?? '{}') as Record<string, string[]>;
  } catch {
    return {};
  }
}

class Desk {
  page = $state<Page>('lighting');
  sub = $state('');
  selection = $state.raw<Selection>(null);
  /** Where the selection is, when it has a place. */
  place = $state.raw<{ lon: number; lat: number } | null>(null);
  /** Asset index of the selection for the map's mark. */
  index = $state(-1);
  around = $state.raw<Around | null>(null);
  lasso = $state(false);
  drawn = $state.raw<[number, number][]>([]);
  theme = $state<Theme>('night');
  /** Layers taken off the map, kept for each desk. */
  hiddenKinds = $state.raw<ReadonlySet<string>>(new Set());
  palette = $state(false);
  /** The part in sight where the screen holds one only (`shell/Panes.svelte`). */
  pane = $state<Pane>('queue');
  keys = $state(false);
  /** Grows each time somebody asks the map to go to `place`. */
  flights = $state(0);
  /** Called when another line is selected, here or in another window of the seat. */
  whenSelected: ((selection: Selection) => void) | null = null;
  #brought: (page: string) => boolean = () => false;
  #channel: BroadcastChannel | null = null;

  /** Restore the seat and follow its other windows; `brought` tells the pages of the rooms. */
  open(brought: (page: string) => boolean): void {
    this.#brought = brought;
    const theme = localStorage.getItem('beffroi.theme');
    const light = window.matchMedia?.('(prefers-color-scheme: light)').matches && theme === 'auto';
    this.setTheme(theme === 'day' || light ? 'day' : 'night');
    this.readHash();
    if (location.hash) this.pane = 'page';
    window.addEventListener('hashchange', () => {
      this.readHash();
      this.pane = 'page';
    });
    if ('BroadcastChannel' in window) {
      this.#channel = new BroadcastChannel('beffroi.seat');
      this.#channel.onmessage = (event: MessageEvent<Shared>) => this.#hear(event.data);
      // a window that opens takes up what the seat is working on
      this.#tell({ kind: 'hello' });
    }
  }

  #tell(message: Shared): void {
    this.#channel?.postMessage(message);
  }

  #hear(message: Shared): void {
    if (message.kind === 'hello') {
      if (this.selection && this.selection.kind !== 'compose') this.#tell({ kind: 'selection', selection: this.selection, place: this.place });
    } else if (message.kind === 'theme') {
      this.#dress(message.theme);
    } else if (!this.#busy) {
      this.selection = message.selection;
      this.place = message.place;
      this.whenSelected?.(message.selection);
      if (this.place) this.flights++;
    }
  }

  /** An order is being drawn or composed here: no other window takes it out of the hands. */
  get #busy(): boolean {
    return this.lasso || this.selection?.kind === 'compose';
  }

  readHash(): void {
    const [page, sub = ''] = location.hash.replace(/^#\/?/, '').split('/');
    this.page = page && (PAGES.includes(page) || this.#brought(page)) ? page : 'lighting';
    this.sub = sub;
    this.hiddenKinds = new Set(keptLayers()[this.page] ?? []);
  }

  go(page: Page, sub = ''): void {
    location.hash = `#/${page}${sub ? `/${sub}` : ''}`;
  }

  get onMap(): boolean {
    return this.page === 'overview' || this.page === 'lighting';
  }

  select(selection: Selection, place: { lon: number; lat: number } | null = null): void {
    this.selection = selection;
    this.place = place;
    this.whenSelected?.(selection);
    if (selection && !STEPPED.has(selection.kind)) this.pane = 'hand';
    // the drawn order target holds data of this window only
    if (selection?.kind !== 'compose') this.#tell({ kind: 'selection', selection, place });
  }

  /** Select and ask the map to show it; arrivals never do this, only a person's own key or click. */
  show(selection: Selection, place: { lon: number; lat: number } | null): void {
    this.select(selection, place);
    this.pane = selection ? 'hand' : 'page';
    if (place) this.flights++;
  }

  clear(): void {
    this.index = -1;
    this.around = null;
    this.drawn = [];
    this.lasso = false;
    this.select(null);
  }

  setTheme(theme: Theme): void {
    this.#dress(theme);
    remember('beffroi.theme', theme);
    this.#tell({ kind: 'theme', theme });
  }

  #dress(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
  }

  toggleKind(kind: string): void {
    const next = new Set(this.hiddenKinds);
    if (!next.delete(kind)) next.add(kind);
    this.hiddenKinds = next;
    remember(LAYERS, JSON.stringify({ ...keptLayers(), [this.page]: [...next] }));
  }
}

export const desk = new Desk();
