/** The HTTP door: JSON in and out, refusals as code + sentence, the anti-forgery token on what changes things. */

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly params: Record<string, unknown>,
    text: string,
  ) {
    super(text);
  }
}

let csrf = '';
let lang = 'fr';
let onSessionEnd: () => void = () => {};
let limitIn: (patienceMs: number) => number | null = () => null;

/** A key that nobody answers is taken back: nothing leaves minutes later by surprise. */
const PATIENCE_MS = 10_000;
/** An order is worth a little more of it. */
const ORDER_PATIENCE_MS = 15_000;
/** Work over the whole register takes its time. */
const REGISTER_PATIENCE_MS = 120_000;

/** Keep the anti-forgery token of the session. */
export function setCsrf(token: string): void {
  csrf = token;
}

/** Ask for the refusals in this language. */
export function setApiLang(value: string): void {
  lang = value;
}

/** Call back when the server no longer knows the session. */
export function whenSessionEnds(callback: () => void): void {
  onSessionEnd = callback;
}

/** Say which hour of the city it will be after so many ms, µs; nothing while its clock is not known. */
export function tellLimits(read: (patienceMs: number) => number | null): void {
  limitIn = read;
}

async function refusalOf(response: Response): Promise<Refusal> {
  let body: { code?: string; params?: Record<string, unknown>; text?: string; detail?: string } = {};
  try {
    body = await response.json();
  } catch {
    // a proxy's page, not ours
  }
  const text = body.text ?? body.detail ?? `HTTP ${response.status}`;
  return new Refusal(response.status, body.code ?? `http.${response.status}`, body.params ?? {}, text);
}

/** Send a request; throws Refusal with the server's reason, or status 0 when nobody answers. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('Accept-Language', lang);
  if (csrf && init.method && init.method !== 'GET') headers.set('X-Beffroi-CSRF', csrf);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, credentials: 'same-origin' });
  } catch {
    throw new Refusal(0, 'desk.unreachable', {}, '');
  }
  if (response.ok) return response;
  const refusal = await refusalOf(response);
  if (refusal.status === 401 && !path.startsWith('/api/me') && !path.startsWith('/api/login') && !path.startsWith('/api/seat/')) onSessionEnd();
  throw refusal;
}

/** Read JSON. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

/** Read bytes. */
export async function getBytes(path: string): Promise<ArrayBuffer> {
  return (await request(path)).arrayBuffer();
}

/** Post JSON, read JSON (null when the answer is empty). */
export async function post<T>(path: string, body: unknown, { headers, ...init }: RequestInit = {}): Promise<T> {
  const response = await request(path, {
    ...init,
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  try {
    const text = await response.text();
    return (text ? JSON.parse(text) : null) as T;
  } catch {
    // cut in the middle, or the page of another machine: we do not know what became of it
    throw new Refusal(0, 'desk.unreachable', {}, '');
  }
}

export interface Done {
  position: number;
  events: { type: string; [field: string]: unknown }[];
}

/**
 * Ask an action; `happenedAt` is the *heure des faits* in µs when it is not now. It is taken back when nobody answers: the
 * request is dropped here, and what a network that swallows everything still holds of it is refused by the core.
 */
export function act(type: string, fields: object, happenedAt?: number, patienceMs = patienceOf(type)): Promise<Done> {
  const limit = limitIn(patienceMs);
  return ask(type, fields, happenedAt, patienceMs, limit === null ? {} : { 'X-Beffroi-Not-After': String(limit) });
}

/** Ask an action that bears its identity on the seat: one that comes late is the same one, and welcome. */
export function deliver(type: string, fields: object, happenedAt: number): Promise<Done> {
  return ask(type, fields, happenedAt, PATIENCE_MS, {});
}

function patienceOf(type: string): number {
  if (type.startsWith('assets.')) return REGISTER_PATIENCE_MS;
  return type.startsWith('orders.') ? ORDER_PATIENCE_MS : PATIENCE_MS;
}

function ask(type: string, fields: object, happenedAt: number | undefined, patienceMs: number, headers: Record<string, string>): Promise<Done> {
  const query = happenedAt === undefined ? '' : `?happened_at=${happenedAt}`;
  const asked = post<Done>(`/api/actions/${type}${query}`, fields, { headers, signal: AbortSignal.timeout(patienceMs) });
  unanswered.add(asked);
  const forget = () => unanswered.delete(asked);
  asked.then(forget, forget);
  return asked;
}

const unanswered = new Set<Promise<Done>>();

/** Wait for the answers of what was asked so far, and for what they make the desk say; no longer than `patienceMs`. */
export async function answered(patienceMs: number): Promise<void> {
  if (!unanswered.size) return;
  const patience = new Promise((resolve) => setTimeout(resolve, patienceMs));
  await Promise.race([Promise.allSettled(unanswered), patience]);
  // whoever asked reads the answer before this goes on
  await new Promise((resolve) => setTimeout(resolve));
}

/** Build a query string, leaving out what is empty. */
export function query(params: Record<string, string | number | boolean | undefined | null>): string {
  const parts = Object.entries(params)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return parts.length ? `?${parts.join('&')}` : '';
}
