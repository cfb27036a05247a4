/**
 * The call line: one field, from any page. A ringing call never opens it nor takes a letter; `T` does.
 *
 * Each call has a draft of its own on the seat, kept at every keystroke: a crash of the browser loses nothing of it.
 */

import { untrack } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';

import { act, get, query } from '../../api/client';
import { i18n, t } from '../../i18n/index.svelte';
import { commands } from '../../shell/commands.svelte';
import { notices } from '../../shell/notice.svelte';
import { newLocal, outbox } from '../../shell/outbox.svelte';
import { windows } from '../../shell/windows.svelte';
import { live } from '../../store/live.svelte';
import { windowNumber } from '../../store/seat';
import { session } from '../../store/session.svelte';
import { emptyDraft, endCalls, forgetCall, keepCall, leaveCalls, parkedCalls, readCall, type Draft } from './drafts';
import { fieldsOf, whereOf, type Outcome } from './fields';
import { calls, firstWaiting, isTheirs, offersOf, simulatedExtension, type Call, type Card, type Heard, type Offer, type Sheet, type Understanding } from './model';

export interface Saved {
  code: string;
  say: string;
  sent: boolean;
}

const EXTENSION = 'beffroi.extension';
const NEW = 'new';
const PAUSE_MS = 40;
const LEAST = 3;
/** Nobody who saves waits longer than this for what was understood of the last letters. */
const UNDERSTAND_WITHIN_MS = 300;
const LOOK_FOR_ENDS_MS = 600_000;
const REFUSED_AT_ONCE_MS = 1_500;
const EMAIL = /^[^@\s<>,;:"]+@[^@\s<>,;:"]+\.[^@\s<>,;:"]{2,}$/;
const PHONE = /^\+?[0-9][0-9 .()/-]{2,24}$/;

class CallLine {
  shown = $state(false);
  /** The call it belongs to, or `new` for one that no exchange told. */
  call = $state(NEW);
  draft = $state<Draft>(emptyDraft());
  found = $state.raw<Heard | null>(null);
  /** The core could not say what it understands of the words. */
  unheard = $state(false);
  sheets = $state.raw<Sheet[]>([]);
  card = $state.raw<Card | null>(null);
  saved = $state.raw<Saved | null>(null);
  at = $state(0);
  moved = false;
  /** Grows when the field should take the focus: only a person's own key does it. */
  wanted = $state(0);
  extension = $state(localStorage.getItem(EXTENSION) ?? '');
  #saving = false;
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  offers = $derived<Offer[]>(this.draft.text.trim().length < LEAST ? [] : offersOf(this.found, this.sheets));

  /** Drafts of other calls that wait on this seat. */
  get parked(): string[] {
    return parkedCalls(session.id).filter((call) => call !== this.call);
  }

  /** The caller on the line with this person who has no form saved yet, the first who was answered. */
  get mine(): Call | undefined {
    const theirs = calls.list().filter((call) => isTheirs(call, session.id, this.extension) && !this.#recorded.has(call.id));
    return theirs.sort((a, b) => (a.answered_at ?? 0) - (b.answered_at ?? 0))[0];
  }

  /** The call of this form was asked for and still waits: the exchange did not bring it. */
  get failed(): boolean {
    return this.#asked.has(this.call) && calls.find(this.call)?.state === 'waiting';
  }

  setExtension(value: string): void {
    this.extension = value.replace(/[^0-9A-Za-z*#]/g, '').slice(0, 20);
    localStorage.setItem(EXTENSION, this.extension);
  }

  /** `T`: take the call that waits for the longest, or open an empty form; when it is open, go to the field. */
  async answer(): Promise<void> {
    if (!session.may('requests')) return;
    const first = firstWaiting();
    if (this.shown) {
      if (this.failed) return this.#take(this.call);
      const blank = this.saved || (this.call === NEW && !this.draft.text.trim());
      if (blank && this.mine) return this.open(this.mine.id);
      if (this.saved && first) return this.#take(first.id);
      this.saved = null;
      this.wanted++;
      return;
    }
    if (this.mine) this.open(this.mine.id);
    else if (first) await this.#take(first.id);
    else this.open(NEW);
  }

  #recorded = new SvelteSet<string>();
  #asked = new SvelteSet<string>();
  #offered = new Set<string>();

  async #take(call: string): Promise<void> {
    const extension = this.extension || (calls.find(call)?.simulated ? simulatedExtension(session.id) : '');
    if (!extension) {
      notices.refused(new Error(t('requests.noExtension')));
      return this.open(NEW);
    }
    this.#asked.delete(call);
    this.open(call);
    try {
      await act('requests.pick_up', { call, extension });
      // refused at once, the feed may never show that it was asked for
      setTimeout(() => this.#asked.add(call), REFUSED_AT_ONCE_MS);
    } catch (error) {
      notices.refused(error);
      if (this.call !== call) return;
      // a colleague has this caller: nothing of their card is kept, but what hands wrote; what was parked comes back
      if (!this.draft.text.trim()) {
        forgetCall(session.id, call);
        this.call = '';
      }
      this.#load(NEW);
    }
  }

  /** Take one call of the list. */
  async take(call: string): Promise<void> {
    await this.#take(call);
  }

  /** A handset answered: its form is there, the focus stays where it is. One window of the seat shows it. */
  #offer(call: string): void {
    if (this.#offered.has(call)) return;
    this.#offered.add(call);
    const first = [...windows.open, windowNumber].sort((a, b) => Number(a) - Number(b))[0];
    if (this.shown || session.locked || !session.may('requests') || first !== windowNumber) return;
    this.#load(call);
    this.shown = true;
    void this.#readCard(call);
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
    this.draft = readCall(session.id, call) ?? emptyDraft();
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
    this.unheard = false;
    if (asked.length < LEAST || live.lost) {
      // without the core, nothing is known of these words: what was understood of others is not theirs
      if (asked.length < LEAST || this.found?.of !== asked) {
        this.found = null;
        this.sheets = [];
      }
      if (asked.length < LEAST) return;
    }
    if (!this.draft.happened) this.draft.happened = live.cityNow();
    if (!live.lost) this.#timer = setTimeout(() => void this.#understand(asked), PAUSE_MS);
  }

  async #understand(asked: string): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    const { lon, lat } = this.draft.picks;
    const pointed = this.moved ? this.offers[this.at] : undefined;
    try {
      const [found, sheets] = await Promise.all([
        get<Understanding>(`/api/understand${query({ q: asked, lon, lat })}`, abort.signal),
        get<Sheet[]>(`/api/sheets${query({ q: asked })}`, abort.signal),
      ]);
      if (abort.signal.aborted) return;
      this.found = { ...found, of: asked };
      this.sheets = sheets;
      this.unheard = false;
      // what the arrows chose stays under Enter, wherever the list now has it
      const again = pointed ? this.offers.findIndex((one) => one.kind === pointed.kind && one.key === pointed.key) : -1;
      if (again >= 0) this.at = again;
      else if (!this.moved) this.at = 0;
      this.at = Math.min(this.at, Math.max(0, this.offers.length - 1));
    } catch {
      // the words themselves are enough to record it, and the form says that they were not understood
      if (!abort.signal.aborted) this.unheard = true;
    }
  }

  /** Return what is understood of the text as it now stands, waiting for it a moment; nothing when the core does not say. */
  async #heard(): Promise<Heard | null> {
    const text = this.draft.text.trim();
    if (text.length >= LEAST && this.found?.of !== text && !live.lost) {
      clearTimeout(this.#timer);
      await Promise.race([this.#understand(text), new Promise((over) => setTimeout(over, UNDERSTAND_WITHIN_MS))]);
    }
    return this.found?.of === this.draft.text.trim() ? this.found : null;
  }

  move(by: number): void {
    this.moved = true;
    this.at = Math.max(0, Math.min(this.offers.length - 1, this.at + by));
  }

  /** Enter: choose what is pointed at, once the last letters are understood: never what others proposed. */
  async enter(): Promise<void> {
    const { call } = this;
    if (!this.moved) await this.#heard();
    if (this.call === call) this.choose();
  }

  choose(place = this.at): void {
    const offer = this.offers[place];
    if (!offer) return;
    const { picks } = this.draft;
    if (offer.kind === 'event') {
      this.draft.picks = { ...whereOf(this.draft, this.found), incident: offer.event.id, label: t('requests.attachedTo', { number: offer.event.number }) };
      this.draft.say = offer.event.say;
    } else if (offer.kind === 'request') {
      this.draft.picks = { ...whereOf(this.draft, this.found), follows: offer.request.id, label: t('requests.followsOne', { code: offer.request.code }) };
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
      this.draft.picks = { ...whereOf(this.draft, this.found), open: true, label: t('requests.opensEvent') };
    }
    this.#keep();
  }

  /** Ctrl-Enter, or an outcome in two keys: write it. */
  async save(outcome: Outcome | null = null): Promise<void> {
    if (this.#saving) return;
    const { call } = this;
    this.#saving = true;
    const heardBefore = this.found;
    const found = await this.#heard().finally(() => (this.#saving = false));
    if (this.call !== call) return;
    const { draft } = this;
    const said = draft.text.trim() || draft.picks.label || '';
    if (!said) return notices.refused(new Error(t('requests.saySomething')));
    if (draft.email.trim() && !EMAIL.test(draft.email.trim())) return notices.refused(new Error(t('requests.badEmail')));
    if (draft.phone.trim() && !PHONE.test(draft.phone.trim())) return notices.refused(new Error(t('requests.badPhone')));
    const before = $state.snapshot(draft);
    // a danger heard of the words before the last ones is no less one
    const dangers = (found ?? (heardBefore && said.startsWith(heardBefore.of) ? heardBefore : null))?.dangers ?? [];
    const fields = fieldsOf(draft, { said, call: call === NEW ? '' : call, outcome, found, danger: !!dangers.length });
    const happened = draft.happened || live.cityNow();
    const spoken = draft.say || (dangers[0]?.say[i18n.lang] ?? '');
    forgetCall(session.id, call);
    if (call !== NEW) this.#recorded.add(call);
    this.saved = { code: '', say: spoken, sent: false };
    this.draft = emptyDraft();
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
    keepCall(session.id, call, before, null);
    if (this.draft.text) return;
    this.saved = null;
    this.call = call;
    this.draft = before;
    this.changed();
    this.wanted++;
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
    forgetCall(session.id, this.call);
    this.draft = emptyDraft();
    this.found = null;
    this.close();
  }

  #keep(): void {
    keepCall(session.id, this.call, $state.snapshot(this.draft) as Draft, this.card);
  }

  /** Follow who sits here until told to stop: the next one sees nothing of this one's callers. */
  start(): () => void {
    let author = session.id;
    const end = $effect.root(() => {
      $effect.pre(() => {
        if (author === session.id) return;
        const gone = author;
        author = session.id;
        untrack(() => this.#leave(gone));
      });
      $effect(() => {
        if (this.mine) untrack(() => this.#offer(this.mine!.id));
      });
      $effect(() => {
        const call = calls.find(this.call);
        if (call?.state === 'picking_up' && call.agent === session.id) this.#asked.add(call.id);
      });
      $effect(() => {
        if (!live.lost) untrack(() => this.shown && this.found?.of !== this.draft.text.trim() && this.changed());
      });
    });
    const ends = () => void endCalls(Date.now());
    ends();
    const ending = setInterval(ends, LOOK_FOR_ENDS_MS);
    return () => {
      clearInterval(ending);
      end();
      this.#leave(author);
    };
  }

  /** Forget the form as it is on screen: what was typed was kept at each letter. */
  #leave(person: string): void {
    leaveCalls(person);
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.shown = false;
    this.saved = this.found = this.card = null;
    this.sheets = [];
    this.draft = emptyDraft();
    this.call = NEW;
  }

  keep(): void {
    this.#keep();
  }
}

export const line = new CallLine();
