/** Lines of the main courante as the desk reads them, and what keys and buttons do to them. */

import { act } from '../../api/client';
import type { LogEntry } from '../../api/types';
import { i18n, sentence, t, tn } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { newLocal, outbox } from '../../shell/outbox.svelte';
import { live } from '../../store/live.svelte';
import { homeOf } from '../../store/home';
import { session } from '../../store/session.svelte';
import { topics } from '../../store/topics.svelte';
import { clock } from '../../ui/format';
import { compartmentOf, type Compartment, type Visa } from './paging';

export { compartmentOf };
export type { Compartment };
export const COMPARTMENTS: Compartment[] = ['police', 'video'];
export const WRITE = 'logbook.write';

export const entries = topics.of<LogEntry>('logbook');
export const visas = topics.of<Visa>('visas');

/** The words of a line, in the language on screen. */
export function wordsOf(line: LogEntry): string {
  if (line.source !== 'automatic') return line.text || t('log.erased');
  const said = sentence(line.code, line.params);
  // an account is no name in the journal: whose it was is said here
  return line.params.whose ? `${said} (${t('log.whose', { who: session.nameOf(line.params.whose) })})` : said;
}

/** The compartment that a person writes in when nothing says otherwise: its own, for who has no other trade. */
export function ownCompartment(): Compartment {
  const trades = session.me?.trades ?? [];
  const [only] = trades;
  return trades.length === 1 && (only === 'police' || only === 'video') ? only : '';
}

export interface Draft {
  text: string;
  happened: number;
  asset: string | null;
  incident: string | null;
  compartment: Compartment;
}

/** Write a line: on the seat's disk before it leaves, entered once, even after an outage. */
export function write(draft: Draft, local: string): Promise<unknown> {
  const { text, happened, asset, incident, compartment } = draft;
  const home = asset || incident ? '' : homeOf(session.me?.rights, 'logbook');
  const fields = { text, typed_at: Math.round(live.cityNow()), ...(asset ? { asset } : {}), ...(incident ? { incident } : {}), ...(compartment ? { compartment } : {}), ...(home ? { commune: home } : {}) };
  return outbox.send(WRITE, fields, happened, text, local);
}

/** Write a *rectificatif*; tells whether it left the field: done, or kept on the seat. */
export async function correct(line: LogEntry, text: string, happened: number): Promise<boolean> {
  const local = newLocal();
  const done = await outbox.send('logbook.correct', { entry: line.id, text, typed_at: Math.round(live.cityNow()) }, happened, text, local);
  if (done) notices.done(t('log.corrected'));
  return !outbox.takeBack(local);
}

/** Put one's visa on what is not signed yet. */
export async function sign(compartment: Compartment): Promise<void> {
  try {
    const done = await act('logbook.sign', { compartment });
    const event = done.events.find((one) => one.type === 'logbook.signed') as { lines?: number } | undefined;
    notices.done(tn('log.signed', event?.lines ?? 0));
  } catch (error) {
    notices.refused(error);
  }
}

/** How late a line came, for its title; empty when it came at once. */
export function lateness(line: LogEntry): string {
  const late = line.typed_at != null || line.recorded_at - line.happened_at > 120_000_000;
  return late ? t('log.late', { at: clock(line.recorded_at, i18n.lang, session.zone) }) : '';
}
