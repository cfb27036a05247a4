/** Who holds the seat, with which rights; what kinds of equipment the city has. */

import { Refusal, get, post, setApiLang, setCsrf, whenSessionEnds } from '../api/client';
import type { KindSpec, Me } from '../api/types';
import { i18n, setLang } from '../i18n/index.svelte';
import { live } from './live.svelte';
import { clearStandby, findStandby, keepPerson, type Standby } from './standby';

const HIDDEN = '•••';

/** With a desk on the disk, nobody waits longer than this for the core. */
const PATIENCE_MS = 2_500;

/** Another window changed person: it is followed, the answer of the core may come at the second try. */
const FOLLOW_ATTEMPTS = 4;
const FOLLOW_PAUSE_MS = 1_000;

type Phase = 'starting' | 'login' | 'loading' | 'ready' | 'unreachable';

class Session {
  phase = $state<Phase>('starting');
  me = $state.raw<Me | null>(null);
  kinds = $state.raw<KindSpec[]>([]);
  /** Communes of the register: INSEE code and name. */
  communes = $state.raw<{ code: string; name: string }[]>([]);
  names = $state.raw<Record<string, string>>({});
  zone = $state('Europe/Paris');

  /** Tell whether this person holds a right anywhere at all. */
  may(right: string): boolean {
    return !!this.me && right in this.me.rights;
  }

  get locked(): boolean {
    return !!this.me?.locked;
  }

  get id(): string {
    return this.me?.account ?? '';
  }

  /** Return the display name of an account, or a short form of its identifier. */
  nameOf(account: string | null | undefined): string {
    if (!account) return '';
    if (this.locked) return HIDDEN;
    if (account === this.id) return this.me?.name ?? this.me?.login ?? account;
    return this.names[account] ?? account.slice(-6);
  }

  kind(name: string): KindSpec | undefined {
    return this.kinds.find((kind) => kind.name === name);
  }

  /** Return an alarm class of a kind of equipment, or nothing. */
  alarmClass(kind: string, name: string) {
    return this.kind(kind)?.alarm_classes?.find((one) => one.name === name);
  }

  /** Ask who we are, then load the city; leads to the login when nobody is. */
  async open(): Promise<void> {
    whenSessionEnds(() => this.#ended());
    live.whenRefused = () => void this.#doubt();
    const kept = await findStandby(Date.now());
    try {
      // a network that swallows everything must not keep the desk of the disk closed
      await this.#enter(await get<Me>('/api/me', kept ? AbortSignal.timeout(PATIENCE_MS) : undefined));
    } catch (error) {
      const nobody = error instanceof Refusal && (error.status === 401 || error.status === 403);
      if (nobody) this.#ended();
      else if (kept && this.phase !== 'login') await this.#standBy(kept);
      else {
        this.phase = 'unreachable';
        setTimeout(() => this.phase === 'unreachable' && void this.open(), 2_000);
      }
    }
  }

  async #enter(me: Me): Promise<void> {
    this.#become(me);
    if (me.must_change_password) {
      this.phase = 'login';
      return;
    }
    this.phase = 'loading';
    keepPerson(me);
    await this.loadCatalogues();
    live.start(me.account ?? '');
    await live.loadPositions().catch(() => undefined);
    this.phase = 'ready';
    void this.#loadNames();
    void this.#loadCommunes();
  }

  /** Another person sits down, or the seat is locked or unlocked: the desk goes on with their rights, nothing is lost. */
  replace(me: Me): void {
    this.#become(me);
    keepPerson(me);
    live.renew(me.account ?? '');
    this.names = {};
    void this.#loadNames();
  }

  /** Another window of the seat changed person, or locked it: go on with who sits here now. */
  async follow(): Promise<void> {
    for (let attempt = 1; attempt <= FOLLOW_ATTEMPTS; attempt++) {
      try {
        return this.replace(await this.#whoSits());
      } catch (error) {
        if (error instanceof Refusal && error.status === 401) return this.#ended();
        await new Promise((resolve) => setTimeout(resolve, FOLLOW_PAUSE_MS));
      }
    }
    live.endChange();
  }

  /** The link fails again and again: not known any more, sign in; somebody else sits here since, go on with him. */
  async #doubt(): Promise<void> {
    try {
      const me = await this.#whoSits();
      if (this.me && me.csrf !== this.me.csrf) this.replace(me);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) this.#ended();
    }
  }

  #whoSits(): Promise<Me> {
    return get<Me>('/api/me', AbortSignal.timeout(PATIENCE_MS));
  }

  #become(me: Me): void {
    this.me = me;
    setCsrf(me.csrf ?? '');
    if (me.zone) this.zone = me.zone;
    if (!localStorage.getItem('beffroi.lang') && me.lang) setLang(me.lang);
  }

  /** Open from the seat's disk while nobody answers. */
  async #standBy(kept: Standby): Promise<void> {
    this.#become(kept.me);
    await Promise.all([this.loadCatalogues(), live.loadPositions()]).catch(() => undefined);
    live.standBy(kept, () => void this.#confirm());
    this.phase = 'ready';
    void this.#loadNames();
    void this.#loadCommunes();
  }

  /** The core is back after the desk opened without it: ask who we are, load what the disk had not. */
  async #confirm(): Promise<void> {
    try {
      const me = await get<Me>('/api/me');
      if (me.account !== this.me?.account) return this.#ended();
      this.#become(me);
      keepPerson(me);
      await this.loadCatalogues();
      void this.#loadNames();
      void this.#loadCommunes();
      await live.loadPositions();
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) this.#ended();
    }
  }

  async #loadCommunes(): Promise<void> {
    const style = await get<{ communes?: { code: string; name: string }[] }>('/api/map/style').catch(() => ({ communes: [] }));
    this.communes = (style.communes ?? []).filter((commune) => commune.code && commune.name);
  }

  /** Load kinds and sentences in the language on screen. */
  async loadCatalogues(): Promise<void> {
    setApiLang(i18n.lang);
    const [kinds, texts] = await Promise.all([
      get<{ index: number; kind: KindSpec }[]>('/api/kinds'),
      live.loadTexts(i18n.lang).catch(() => ({})),
    ]);
    this.kinds = kinds.map((entry) => entry.kind);
    i18n.server = texts;
  }

  async #loadNames(): Promise<void> {
    try {
      this.names = await get<Record<string, string>>('/api/access/names');
    } catch {
      // names are a comfort: identifiers are shown without them
    }
  }

  async login(login: string, password: string, code: string): Promise<void> {
    if (/^\d{6,11}$/.test(password) && (await this.#enrolled())) await post('/api/seat/switch', { login, code: password });
    else await post('/api/login', code ? { login, password, code } : { login, password });
    await this.open();
  }

  /** At a seat of the room its code is enough: no password is that short. */
  async #enrolled(): Promise<boolean> {
    const here = await get<{ seat: string | null }>('/api/seat').catch(() => null);
    return !!here?.seat;
  }

  async logout(): Promise<void> {
    await post('/api/logout', {}).catch(() => undefined);
    this.#ended();
  }

  #ended(): void {
    void clearStandby();
    live.stop();
    this.me = null;
    setCsrf('');
    this.phase = 'login';
  }
}

export const session = new Session();
