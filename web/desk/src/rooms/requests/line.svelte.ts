/**
 * The call line: one field, from any page. A ringing call never opens it nor takes a letter; `T` does.
 *
 * Each call has a draft of its own on the seat, kept at every keystroke: a crash of the browser loses nothing of it.
 */

import { untrack } from 'svelte';

import { act, get, query } from '../../api/client';
import { i18n, t } from '../../i18n/index.svelte';
import { commands } from '../../shell/commands.svelte';
import { draftNames, keepDraft, readDraft } from '../../shell/draft';
import { notices } from '../../shell/notice.svelte';
import { newLocal, outbox } from '../../shell/outbox.svelte';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { callBackAt, calls, offersOf, waitingCalls, type Card, type Offer, type Sheet, type Understanding } from './model';

export type Outcome = 'informed' | 'passed_on' | 'call_back';

interface Draft {
  text: string;
  name: string;
  phone: string;
  email: string;
  channel: 'none' | 'phone' | 'email' | 'sms';
  happened: number;
  /** What was chosen: an event or a request to follow, an equipment, a place, an answer. */
  picks: { incident?: string; follows?: string; open?: boolean; label?: string; asset?: string; lon?: number; lat?: number; sheet?: string; transfer?: string };
  say: string;
}

export interface Saved {
  code: string;
  say: string;
  sent: boolean;
}

const EXTENSION = 'beffroi.extension';
const NEW = 'new';
const PAUSE_MS = 40;
const LEAST = 3;
const KEPT = 12;
const EMAIL = /^[^@\s<>,;:"]+@[^@\s<>,;:"]+\.[^@\s<>,;:"]{2,}$/;
const PHONE = /^\+?[0-9][0-9 .()/-]{2,24}$/;

function empty(): Draft {
  return { text: '', name: '', phone: '', email: '', channel: 'none', happened: 0, picks: {}, say: '' };
}

/** Each draft has its own name: two windows, two calls, two persons never write over one another. */
function nameOf(call: string): string {
  return `call/${session.id}/${call}`;
}

function readCall(call: string): Draft | null {
  const kept = readDraft(nameOf(call));
  return kept ? { ...empty(), ...(JSON.parse(kept) as Draft) } : null;
}

class CallLine {
  shown = $state(false);
  /** The call it belongs to, or `new` for one that no exchange told. */
  call = $state(NEW);
  draft = $state<Draft>(empty());
  found = $state.raw<Understanding | null>(null);
  sheets = $state.raw<Sheet[]>([]);
  card = $state.raw<Card | null>(null);
  saved = $state.raw<Saved | null>(null);
  at = $state(0);
  moved = false;
  /** Grows when the field should take the focus: only a person's own key does it. */
  wanted = $state(0);
  extension = $state(localStorage.getItem(EXTENSION) ?? '201');
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  offers = $derived<Offer[]>(this.draft.text.trim().length < LEAST ? [] : offersOf(this.found, this.sheets));

  /** Drafts of other calls that wait on this seat. */
  get parked(): string[] {
    const calls = draftNames(nameOf('')).map((name) => name.slice(nameOf('').length));
    return calls.filter((call) => call !== this.call && readCall(call)?.text.trim());
  }

  setExtension(value: string): void {
    this.extension = value.replace(/[^0-9A-Za-z*#]/g, '').slice(0, 20);
    localStorage.setItem(EXTENSION, this.extension);
  }

  /** `T`: take the call that waits for the longest, or open an empty form; when it is open, go to the field. */
  async answer(): Promise<void> {
    if (!session.may('requests')) return;
    if (this.shown) {
      if (this.saved && waitingCalls().length) return this.#take(waitingCalls()[0]!.id);
      this.saved = null;
      this.wanted++;
      return;
    }
    const mine = calls.list().find((call) => call.state === 'talking' && call.agent === session.id && !this.#recorded.has(call.id));
    const first = waitingCalls().find((call) => call.state === 'waiting');
    if (mine) this.open(mine.id);
    else if (first) await this.#take(first.id);
    else this.open(NEW);
  }

  #recorded = new Set<string>();

  async #take(call: string): Promise<void> {
    this.open(call);
    try {
      await act('requests.pick_up', { call, extension: this.extension });
    } catch (error) {
      notices.refused(error);
      if (this.call !== call) return;
      // a colleague has this caller: nothing of their card is kept, but what hands wrote; what was parked comes back
      if (!this.draft.text.trim()) {
        this.#forget(call);
        this.call = '';
      }
      this.#load(NEW);
    }
  }

  /** Take one call of the list. */
  async take(call: string): Promise<void> {
    await this.#take(call);
  }

  open(call: string): void {
    if (this.call !== call || !this.shown) this.#load(call);
    this.saved = null;
    this.shown = true;
    this.wanted++;
    if (call !== NEW) void this.#readCard(call);
  }

  #load(call: string): void {
    // the same call again, after a crash of the page: what is kept is newer than what is here
    if (this.call && this.call !== call) this.#keep();
    this.call = call;
    this.draft = readCall(call) ?? empty();
    this.found = this.card = null;
    this.sheets = [];
    this.at = 0;
    this.moved = false;
    this.changed();
  }

  async #readCard(call: string): Promise<void> {
    try {
      const card = await get<Card>(`/api/requests/calls/${encodeURIComponent(call)}/card`);
      if (this.call !== call) return;
      this.card = card;
      if (!this.draft.phone && card.phone) this.draft.phone = card.phone;
      if (!this.draft.name && card.name) this.draft.name = card.name;
    } catch {
      // without a card the call is taken all the same
    }
  }

  /** What was typed changed: keep it, understand it. */
  changed(): void {
    this.#keep();
    clearTimeout(this.#timer);
    const asked = this.draft.text.trim();
    if (asked.length < LEAST) {
      this.found = null;
      this.sheets = [];
      return;
    }
    if (!this.draft.happened) this.draft.happened = live.cityNow();
    if (!live.lost) this.#timer = setTimeout(() => void this.#understand(asked), PAUSE_MS);
  }

  async #understand(asked: string): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    const { lon, lat } = this.draft.picks;
    try {
      const [found, sheets] = await Promise.all([
        get<Understanding>(`/api/understand${query({ q: asked, lon, lat })}`, abort.signal),
        get<Sheet[]>(`/api/sheets${query({ q: asked })}`, abort.signal),
      ]);
      if (abort.signal.aborted) return;
      this.found = found;
      this.sheets = sheets;
      if (!this.moved) this.at = 0;
      this.at = Math.min(this.at, Math.max(0, this.offers.length - 1));
    } catch {
      // the words themselves are enough to record it
    }
  }

  move(by: number): void {
    this.moved = true;
    this.at = Math.max(0, Math.min(this.offers.length - 1, this.at + by));
  }

  /** Enter: choose what is pointed at. */
  choose(place = this.at): void {
    const offer = this.offers[place];
    if (!offer) return;
    const { picks } = this.draft;
    if (offer.kind === 'event') {
      this.draft.picks = { ...this.#where(), incident: offer.event.id, label: t('requests.attachedTo', { number: offer.event.number }) };
      this.draft.say = offer.event.say;
    } else if (offer.kind === 'request') {
      this.draft.picks = { ...this.#where(), follows: offer.request.id, label: t('requests.followsOne', { code: offer.request.code }) };
      this.draft.say = t('requests.say.follows');
    } else if (offer.kind === 'asset') {
      const { id, lon, lat, label } = offer.asset;
      this.draft.picks = { ...picks, asset: id, lon, lat, label: picks.label ?? label };
    } else if (offer.kind === 'place') {
      const { lon, lat, label } = offer.place;
      this.draft.picks = { ...picks, lon, lat, label: picks.label ?? label };
      this.changed();
    } else if (offer.kind === 'sheet') {
      const transfer = offer.sheet.transfer;
      this.draft.picks = { sheet: offer.sheet.name, label: offer.sheet.title[i18n.lang] ?? '', transfer: transfer ? `${transfer.label[i18n.lang] ?? ''} ${transfer.number}`.trim() : '' };
      this.draft.say = offer.sheet.answer[i18n.lang] ?? '';
    } else {
      this.draft.picks = { ...this.#where(), open: true, label: t('requests.opensEvent') };
    }
    this.#keep();
  }

  /** Where it is: chosen, else the first that was understood. */
  #where(): Draft['picks'] {
    const { asset, lon, lat } = this.draft.picks;
    if (asset || lon !== undefined) return { ...(asset ? { asset } : {}), ...(lon === undefined ? {} : { lon }), ...(lat === undefined ? {} : { lat }) };
    const first = this.found?.assets[0];
    if (first) return { asset: first.id, lon: first.lon, lat: first.lat };
    const place = this.found?.places[0];
    return place ? { lon: place.lon, lat: place.lat } : {};
  }

  /** Ctrl-Enter, or an outcome in two keys: write it. */
  async save(outcome: Outcome | null = null): Promise<void> {
    const { draft, found, call } = this;
    const said = draft.text.trim() || draft.picks.label || '';
    if (!said) return notices.refused(new Error(t('requests.saySomething')));
    if (draft.email.trim() && !EMAIL.test(draft.email.trim())) return notices.refused(new Error(t('requests.badEmail')));
    if (draft.phone.trim() && !PHONE.test(draft.phone.trim())) return notices.refused(new Error(t('requests.badPhone')));
    const before = $state.snapshot(draft);
    const fields = this.#fields(said, outcome);
    const happened = draft.happened || live.cityNow();
    const spoken = draft.say || (found?.dangers.length ? found.dangers[0]!.say[i18n.lang]! : '');
    this.#forget(call);
    if (call !== NEW) this.#recorded.add(call);
    this.saved = { code: '', say: spoken, sent: false };
    this.draft = empty();
    this.found = this.card = null;
    this.sheets = [];
    this.call = NEW;
    const local = newLocal();
    const done = await outbox.send('requests.record', fields, happened, said, local);
    if (outbox.takeBack(local)) return this.#giveBack(call, before);
    const event = done?.events[0] as { code?: string } | undefined;
    if (this.saved) this.saved = { code: event?.code ?? '', say: spoken, sent: !!done };
  }

  /** The core refused it and said why: nothing of what was typed is lost. */
  #giveBack(call: string, before: Draft): void {
    this.#recorded.delete(call);
    keepDraft(nameOf(call), JSON.stringify(before));
    if (this.draft.text) return;
    this.saved = null;
    this.call = call;
    this.draft = before;
    this.changed();
    this.wanted++;
  }

  #fields(said: string, outcome: Outcome | null): Record<string, unknown> {
    const { draft, found } = this;
    const { picks } = draft;
    const where = this.#where();
    const category = found?.categories[0];
    const place = found?.places[0];
    const ended = outcome ?? (picks.sheet ? 'informed' : null);
    const contact = { name: draft.name.trim(), phone: draft.phone.trim(), email: draft.email.trim(), channel: draft.channel, lang: i18n.lang };
    const dangerous = !!found?.dangers.length && !picks.incident && !picks.follows && !ended;
    return {
      text: said.slice(0, 2000), category: category?.name ?? '', trade: category?.trade ?? '', source: 'phone', ...where,
      place: (found?.assets.find((one) => one.id === where.asset)?.label ?? place?.label ?? '').slice(0, 200),
      commune: place?.commune ?? found?.assets[0]?.commune ?? '', call: this.call === NEW ? '' : this.call,
      ...(contact.name || contact.phone || contact.email ? { contact } : {}),
      ...(ended ? {} : picks.incident ? { incident: picks.incident } : picks.follows ? { follows: picks.follows } : {}),
      ...(picks.open || dangerous ? { open: true } : {}),
      ...(ended ? { outcome: ended } : {}), ...(picks.sheet ? { sheet: picks.sheet } : {}),
      ...(ended === 'passed_on' ? { passed_to: (picks.transfer || t('requests.passedUnknown')).slice(0, 200) } : {}),
      ...(ended === 'call_back' ? { call_back_at: Math.round(callBackAt(said, live.cityNow(), session.zone)) } : {}),
    };
  }

  /** Undo what Enter chose. */
  unpick(): void {
    this.draft.picks = {};
    this.draft.say = '';
    this.#keep();
  }

  /** Close the form; what was typed stays on the seat. */
  close(): boolean {
    if (!this.shown) return false;
    this.#keep();
    this.shown = false;
    this.saved = null;
    commands.queueList?.focus();
    return true;
  }

  /** Throw what was typed away. */
  drop(): void {
    this.#forget(this.call);
    this.draft = empty();
    this.found = null;
    this.close();
  }

  #keep(): void {
    const typed = this.draft.text || this.draft.phone || this.draft.email;
    keepDraft(nameOf(this.call), typed ? JSON.stringify($state.snapshot(this.draft)) : '');
    for (const old of draftNames(nameOf('')).slice(0, -KEPT)) keepDraft(old, '');
  }

  /** Follow who sits here until told to stop: the next one sees nothing of this one's callers. */
  start(): () => void {
    let author = session.id;
    const end = $effect.root(() => {
      $effect.pre(() => {
        if (author === session.id) return;
        author = session.id;
        untrack(() => this.#leave());
      });
    });
    return () => {
      end();
      this.#leave();
    };
  }

  /** Forget the form as it is on screen: what was typed was kept at each letter. */
  #leave(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.shown = false;
    this.saved = this.found = this.card = null;
    this.sheets = [];
    this.draft = empty();
    this.call = NEW;
  }

  keep(): void {
    this.#keep();
  }

  #forget(call: string): void {
    keepDraft(nameOf(call), '');
  }
}

export const line = new CallLine();
