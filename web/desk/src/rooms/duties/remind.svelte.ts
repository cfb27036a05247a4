/** The field of `R`: what it is linked to is fixed when it opens, whatever slides under it afterwards. */

import type { LogEntry, Text } from '../../api/types';
import { say } from '../../i18n/index.svelte';
import { title } from '../alarms/model';
import { alarms } from '../alarms/model';
import { assets } from '../assets/store.svelte';
import { desk } from '../../store/desk.svelte';
import { topics } from '../../store/topics.svelte';

export interface Link {
  kind: string;
  id: string;
  label: string;
}

const LINKED = new Set(['alarm', 'asset', 'order', 'incident', 'request', 'crew', 'contact']);

/** Return what is in hand as a reminder links to it, or nothing. */
export function inHand(): Link | null {
  const { selection } = desk;
  // who is being called out is about the event
  if (selection?.kind === 'engage') return { kind: 'incident', id: selection.id, label: labelOf('incident', selection.id) };
  if (!selection || selection.kind === 'compose' || !LINKED.has(selection.kind)) return null;
  const { kind, id } = selection;
  return { kind, id, label: labelOf(kind, id) };
}

function labelOf(kind: string, id: string): string {
  if (kind === 'alarm') {
    const row = alarms.rows.get(id);
    return row ? `${title(row)} · ${row.place || row.code}` : '';
  }
  if (kind === 'asset') {
    const asset = assets.known(id);
    return asset?.label || asset?.code || '';
  }
  if (kind === 'incident') {
    const row = topics.of<{ number?: string; label?: Text }>('incidents').rows.get(id);
    return [row?.number, say(row?.label)].filter(Boolean).join(' · ');
  }
  return '';
}

/** Return how a reminder links to a line of the main courante: by its event or its asset, which follow their moves. */
export function lineLink(line: LogEntry, words: string): Link {
  if (line.incident) return { kind: 'incident', id: line.incident, label: words };
  return line.asset ? { kind: 'asset', id: line.asset, label: words } : { kind: 'line', id: line.id, label: words };
}

class Remind {
  open = $state(false);
  link = $state.raw<Link | null>(null);

  /** Open the field on what is in hand. */
  ask(link: Link | null = inHand()): void {
    this.link = link;
    this.open = true;
  }

  /** Close it; tell whether it was open. */
  close(): boolean {
    const was = this.open;
    this.open = false;
    return was;
  }
}

export const remind = new Remind();
