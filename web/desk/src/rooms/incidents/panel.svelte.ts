/** What of the panel a key opened: its closure, its checklist, its cameras. */

import { current } from './model';

export type Part = '' | 'closing' | 'join' | 'reopen' | 'part' | 'mask';

class PanelState {
  part = $state<Part>('');
  of = $state('');

  /** Open a part of the panel for an event. */
  show(part: Part, incident: string): void {
    this.part = part;
    this.of = incident;
  }

  /** Tell which part is open for an event. */
  open(incident: string): Part {
    return this.of === incident ? this.part : '';
  }

  close(): boolean {
    if (!this.part) return false;
    this.part = '';
    return true;
  }
}

export const panel = new PanelState();

/** Open the closure of the event that keys act on. */
export function closeCurrent(): void {
  const row = current();
  if (row) panel.show('closing', row.id);
}

/** Put the keys on the checklist, or on the cameras, of the event on screen. */
export function focusPart(name: 'checklist' | 'cameras'): void {
  const found = document.querySelector<HTMLElement>(`[data-incident-${name}]`);
  found?.focus();
  found?.scrollIntoView({ block: 'nearest' });
}
