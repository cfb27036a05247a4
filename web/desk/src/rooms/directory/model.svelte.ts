/** The directory as the desk reads it: asked of the core, or of the copy in memory while the core is away. */

import { get, query } from '../../api/client';
import type { Micros } from '../../api/types';
import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { outbox } from '../../shell/outbox.svelte';
import { fold } from '../../shell/palette';
import { desk } from '../../store/desk.svelte';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { topics } from '../../store/topics.svelte';

export interface Phone {
  number: string;
  label?: string;
}

export interface Contact {
  id: string;
  organisation: string;
  function: string;
  category: string;
  commune: string;
  place: string;
  phones: Phone[];
  hours: string;
  languages: string[];
  note: string;
  key: string;
  person: { name: string; phones?: Phone[]; email?: string; note?: string } | null;
  until: Micros | null;
}

export interface OnDuty {
  roster: string;
  label: string;
  until: Micros;
}

export interface Hit {
  contact: Contact;
  duty: OnDuty[];
}

export interface Found {
  at: Micros;
  items: Hit[];
  gaps: { roster: string; label: string; next: Micros | null }[];
  total: number;
}

export interface CallView {
  id: string;
  contact: string;
  label: string;
  outcome: string;
  incident: string | null;
  phone: string;
  called_at: Micros;
  author: string | null;
}

interface Pack {
  at: Micros;
  duties: { roster: string; place: string; begin: Micros; end: Micros; contact: Contact }[];
  contacts: Contact[];
}

export const CATEGORIES = ['on_call', 'elected', 'rescue', 'police', 'authority', 'network', 'transport', 'city', 'contractor', 'other'] as const;
export const contacts = topics.of<{ version: number; contacts: number }>('contacts');
const EVERY_MS = 3_600_000;
const LIMIT = 30;

/** Who it is, in two lines: the person or the function first. */
export function headOf(contact: Contact): string {
  return contact.person?.name ?? (contact.function || contact.organisation);
}

export function underOf(contact: Contact): string {
  const parts = contact.person ? [contact.function, contact.organisation, contact.place] : [contact.function ? contact.organisation : '', contact.place];
  return parts.filter((part, rank) => part && !parts.slice(0, rank).includes(part)).join(' · ');
}

/** The function, never the person: how the main courante calls it. */
export function labelOf(contact: Contact): string {
  return [...new Set([contact.function, contact.organisation, contact.place].filter(Boolean))].join(' · ');
}

/** Every number of a contact, the person's first. */
export function phonesOf(contact: Contact): Phone[] {
  return [...(contact.person?.phones ?? []), ...contact.phones];
}

/** Words of a question that ask who is on duty, and those that say nothing: the core reads them alike. */
const DUTY = new Set(['astreinte', 'permanence', 'garde', 'soir', 'nuit', 'maintenant', 'duty', 'tonight', 'now']);
const SILENT = new Set('a au aux ce cette de des du en est et il la le les qui un une on in of the is who call appeler'.split(' '));

function saidIn(q: string): string[] {
  return fold(q).split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 1 && !SILENT.has(word));
}

/** Return the words that say whom is wanted. */
export function wordsOf(q: string): string[] {
  return saidIn(q).filter((word) => !DUTY.has(word));
}

/** Tell whether a question asks who is on duty. */
export function isAboutDuty(q: string): boolean {
  return saidIn(q).some((word) => DUTY.has(word));
}

/** The event in hand: a call is linked to it. */
export function incidentInHand(): string | null {
  return desk.selection?.kind === 'incident' ? desk.selection.id : null;
}

class Directory {
  /** The copy for when the core is away: in memory only, numbers of people do not lie on this disk. */
  pack = $state.raw<Pack | null>(null);
  /** The event that was in hand when the directory was opened. */
  incident = $state<string | null>(null);
  /** The people whose data are erased within a month, for who may confirm them. */
  expiring = $state.raw<Contact[]>([]);
  /** What to look for, asked from elsewhere. */
  asked = $state('');

  /** Keep the copy fresh until told to stop. */
  start(): () => void {
    const read = () => {
      if (!live.lost) get<Pack>('/api/directory/print').then((pack) => (this.pack = pack), () => undefined);
      void this.lookExpiring();
    };
    const timer = setInterval(read, EVERY_MS);
    read();
    return () => clearInterval(timer);
  }

  /** Ask again who is erased soon. */
  async lookExpiring(): Promise<void> {
    if (live.lost || !session.may('directory')) return;
    this.expiring = await get<Contact[]>('/api/directory/expiring').catch(() => this.expiring);
  }

  /** Find contacts; in the copy when the core is away. */
  async find(q: string, signal?: AbortSignal, limit = LIMIT): Promise<Found> {
    if (live.lost) return this.#findHere(q);
    return get<Found>(`/api/directory${query({ q, limit })}`, signal);
  }

  #findHere(q: string): Found {
    const at = live.cityNow();
    const { pack } = this;
    if (!pack) return { at, items: [], gaps: [], total: 0 };
    const duties = new Map<string, OnDuty[]>();
    for (const one of pack.duties) {
      if (one.begin > at || one.end <= at) continue;
      duties.set(one.contact.id, [...(duties.get(one.contact.id) ?? []), { roster: one.roster, label: one.roster, until: one.end }]);
    }
    const words = saidIn(q);
    const text = (one: Contact) => fold([headOf(one), underOf(one), one.note, ...phonesOf(one).map((phone) => phone.number), ...(duties.get(one.id) ?? []).map((duty) => `astreinte permanence garde ${duty.label}`)].join(' '));
    const items = pack.contacts.flatMap((contact) => {
      const said = text(contact);
      const matched = words.filter((word) => said.includes(word)).length;
      return words.length ? (matched ? [{ contact, duty: duties.get(contact.id) ?? [], matched }] : []) : duties.has(contact.id) ? [{ contact, duty: duties.get(contact.id)!, matched }] : [];
    });
    const most = Math.max(0, ...items.map((item) => item.matched));
    const best = items.filter((item) => item.matched === most);
    return { at, items: best.slice(0, LIMIT), gaps: [], total: best.length };
  }

  /** Log a call: on the seat's disk first, then at the core, so that a post that falls loses none. */
  async call(contact: Contact, outcome: 'reached' | 'no_answer', phone: Phone | null): Promise<void> {
    const who = labelOf(contact);
    const fields = { contact: contact.id, outcome, phone: phone?.label?.slice(0, 60) ?? '', ...(this.incident ? { incident: this.incident } : {}) };
    const done = await outbox.send('directory.call', fields, live.cityNow(), t(`directory.logged.${outcome}`, { who }));
    if (done) notices.done(t(`directory.logged.${outcome}`, { who }));
  }
}

export const directory = new Directory();
