/**
 * The service worker: the desk opens while the core is away. The shell comes from the seat's disk at once; the facts of
 * the city that change rarely come from the core, or from the disk when nobody answers. States, rows and actions never
 * pass here: what may be old is opened by the desk itself, which says how old it is.
 */
/// <reference lib="webworker" />

const scope = self as unknown as ServiceWorkerGlobalScope;

/** Written by the build: the version of the shell and its files. */
const SHELL = { version: '__VERSION__', files: '__FILES__' as unknown as string[] };
const SHELL_CACHE = `beffroi-shell-${SHELL.version}`;
const CITY_CACHE = 'beffroi-city';
const TILE_CACHE = 'beffroi-tiles';
const TILES_KEPT = 600;
const PATIENCE_MS = 2_500;
/** Just after a silence, the next question waits less: the desk must open. */
const SHORT_MS = 300;
const AWAY_MS = 10_000;
const PAGE = '/';

/** Facts that a desk opened without the core starts from; cleared when the person leaves. */
const FACTS = [/^\/api\/kinds$/, /^\/api\/texts\/\w+$/, /^\/api\/map\/style$/, /^\/api\/map\/positions$/, /^\/api\/access\/names$/];
const TILE = /^\/api\/map\/tiles\//;

scope.addEventListener('install', (event) => {
  event.waitUntil(fill().then(() => scope.skipWaiting()));
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(tidy().then(() => scope.clients.claim()));
});

scope.addEventListener('message', (event) => {
  if (event.data === 'forget') event.waitUntil(Promise.all([CITY_CACHE, TILE_CACHE].map((name) => caches.delete(name))));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.location.origin) return;
  if (request.mode === 'navigate') {
    if (!url.pathname.startsWith('/api/')) event.respondWith(page(request));
  } else if (FACTS.some((fact) => fact.test(url.pathname))) {
    event.respondWith(fresh(request, CITY_CACHE));
  } else if (TILE.test(url.pathname)) {
    event.respondWith(tile(request));
  } else if (SHELL.files.includes(url.pathname)) {
    event.respondWith(shell(request));
  }
});

async function fill(): Promise<void> {
  const cache = await caches.open(SHELL_CACHE);
  await cache.addAll([PAGE, ...SHELL.files].map((path) => new Request(path, { cache: 'no-cache' })));
}

/** Keep the shell before this one: a window opened under it may still ask for a part of it. */
async function tidy(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith('beffroi-shell-') && name !== SHELL_CACHE);
  await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)));
}

async function page(request: Request): Promise<Response> {
  try {
    const answer = await soon(request);
    if (answer.status < 500) return answer;
  } catch {
    // nobody answers: the shell of the disk opens
  }
  return (await shelved(PAGE)) ?? Response.error();
}

async function shell(request: Request): Promise<Response> {
  return (await shelved(request)) ?? fetch(request);
}

/** Return what the disk has: of this version first, the one before it is searched for what only its own windows ask. */
async function shelved(request: Request | string): Promise<Response | undefined> {
  const own = await (await caches.open(SHELL_CACHE)).match(request, { ignoreSearch: true });
  return own ?? caches.match(request, { ignoreSearch: true });
}

/** Return what the core says, else what it said last. */
async function fresh(request: Request, name: string): Promise<Response> {
  const cache = await caches.open(name);
  try {
    const answer = await soon(request);
    if (answer.ok) void cache.put(request.url, answer.clone()).catch(() => undefined);
    if (answer.status < 500) return answer;
  } catch {
    // the kept one answers
  }
  return (await cache.match(request.url)) ?? Response.error();
}

async function tile(request: Request): Promise<Response> {
  const cache = await caches.open(TILE_CACHE);
  // its address carries the version of the register: a kept tile is the tile
  const kept = await cache.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) void cache.put(request.url, answer.clone()).then(() => bound(cache)).catch(() => undefined);
  return answer;
}

async function bound(cache: Cache): Promise<void> {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - TILES_KEPT)).map((key) => cache.delete(key)));
}

let awayUntil = 0;

/** Fetch, giving up on a network that swallows everything; once it answers, its bytes may take their time. */
async function soon(request: Request): Promise<Response> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), Date.now() < awayUntil ? SHORT_MS : PATIENCE_MS);
  try {
    const answer = await fetch(request, { signal: patience.signal });
    awayUntil = 0;
    return answer;
  } catch (error) {
    awayUntil = Date.now() + AWAY_MS;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export {};
