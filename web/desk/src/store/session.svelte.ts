/** Who holds the seat, with which rights; what kinds of equipment the city has. */

import { Refusal, get, post, setApiLang, setCsrf, whenSessionEnds } from '../api/client';
import type { KindSpec } from '../api/types';
import { i18n, setLang, type Lang } from '../i18n/index.svelte';
import { live } from './live.svelte';

export interface Me {
  account: string | null;
  login: string;
  name: string;
  lang: Lang;
  csrf: string;
  ends_at: number | null;
  must_change_password: boolean;
  second_factor: boolean;
  rights: Record<string, unknown>;
  communes: string[];
  trades: string[];
  roles: string[];
  zone?: string;
}

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

  get id(): string {
    return this.me?.account ?? '';
  }

  /** Return the display name of an account, or a short form of its identifier. */
  nameOf(account: string | null | undefined): string {
    if (!account) return '';
    if (account === this.id) return this.me?.name ?? this.me?.login ?? account;
    return this.names[account] ?? account.slice(-6);
  }

  kind(name: string): KindSpec | undefined {
    return this.kinds.find((kind) => kind.name === name);
  }

  /** Ask who we are, then load the city; leads to the login when nobody is. */
  async open(): Promise<void> {
    whenSessionEnds(() => this.#ended());
    try {
      const me = await get<Me>('/api/me');
      await this.#enter(me);
    } catch (error) {
      const nobody = error instanceof Refusal && (error.status === 401 || error.status === 403);
      this.phase = nobody ? 'login' : 'unreachable';
      if (!nobody) setTimeout(() => this.phase === 'unreachable' && void this.open(), 2_000);
    }
  }

  async #enter(me: Me): Promise<void> {
    this.me = me;
    setCsrf(me.csrf ?? '');
    if (me.zone) this.zone = me.zone;
    if (!localStorage.getItem('beffroi.lang') && me.lang) setLang(me.lang);
    if (me.must_change_password) {
      this.phase = 'login';
      return;
    }
    this.phase = 'loading';
    await this.loadCatalogues();
    live.start();
    await live.loadPositions().catch(() => undefined);
    this.phase = 'ready';
    void this.#loadNames();
    void this.#loadCommunes();
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
    await post('/api/login', code ? { login, password, code } : { login, password });
    await this.open();
  }

  async logout(): Promise<void> {
    await post('/api/logout', {}).catch(() => undefined);
    this.#ended();
  }

  #ended(): void {
    live.stop();
    this.me = null;
    setCsrf('');
    this.phase = 'login';
  }
}

export const session = new Session();
