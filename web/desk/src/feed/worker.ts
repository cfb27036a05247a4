/** The feed's worker: the socket, its reconnection and the decoding stay off the screen's thread. */
/// <reference lib="webworker" />

import { disk } from '../store/disk';
import { decodeFrame, type Frame } from './frame';
import { Keeper, PICTURE } from './keeper';
import { START, advance, feedUrl, judge, retryDelayMs, type Place } from './resume';

export type ToWorker = { kind: 'start'; origin: string; account: string } | { kind: 'renew'; account: string } | { kind: 'stop' } | { kind: 'view'; view: number[] };
export type FromWorker =
  | { kind: 'frame'; frame: Frame; resumed: boolean }
  | { kind: 'open' }
  | { kind: 'closed'; code: number };

/** Policy violation: the session ended or was revoked. */
const SESSION_ENDED = new Set([1008, 4401, 4403]);
/** A socket without its one frame a second is dead even if nobody told us. */
const SILENCE_MS = 3_000;
const OPENING_MS = 8_000;
const ACK_EVERY_MS = 1_000;
const KEEP_EVERY_MS = 10_000;
/** One window of the seat writes the picture for all. */
const KEEPER_LOCK = 'beffroi.keeper';

const scope = self as unknown as DedicatedWorkerGlobalScope;
let origin = '';
let place: Place = START;
let socket: WebSocket | null = null;
let attempt = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
let silence: ReturnType<typeof setTimeout> | undefined;
let lastAck = 0;
let view: number[] | null = null;
let resuming = false;
let keeper: Keeper | null = null;
let keeps = false;
let keeping = false;
let kept = false;

scope.onmessage = (message: MessageEvent<ToWorker>) => {
  const data = message.data;
  if (data.kind === 'start') {
    origin = data.origin;
    keeper = new Keeper(data.account);
    kept = false;
    becomeKeeper();
    connect();
  } else if (data.kind === 'renew') {
    keeper = new Keeper(data.account);
    kept = false;
    restart();
  } else if (data.kind === 'stop') {
    stop();
  } else {
    view = data.view;
    tell({ view });
  }
};

function post(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

function tell(message: object): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function connect(): void {
  clearTimeout(retry);
  const opened = new WebSocket(feedUrl(origin, place));
  opened.binaryType = 'arraybuffer';
  socket = opened;
  resuming = place.epoch !== null;
  watchSilence(OPENING_MS);
  opened.onopen = () => {
    post({ kind: 'open' });
    if (view) tell({ view });
  };
  opened.onmessage = (event: MessageEvent<ArrayBuffer>) => {
    if (socket === opened) receive(event.data);
  };
  opened.onclose = (event) => {
    if (socket === opened) lost(event.code);
  };
}

function receive(data: ArrayBuffer): void {
  watchSilence(SILENCE_MS);
  let frame: Frame;
  try {
    frame = decodeFrame(data);
  } catch {
    // an unreadable frame leaves a hole: start afresh rather than show half a truth
    restart();
    return;
  }
  const verdict = judge(place, frame.header);
  if (verdict === 'gap') {
    restart();
    return;
  }
  place = advance(frame.header);
  attempt = 0;
  acknowledge();
  keeper?.take(frame);
  const { lamps, moves } = frame;
  post({ kind: 'frame', frame, resumed: resuming }, [
    lamps.index.buffer,
    lamps.word.buffer,
    moves.index.buffer,
    moves.lon.buffer,
    moves.lat.buffer,
    moves.heading.buffer,
    moves.speed.buffer,
  ]);
  resuming = false;
}

function acknowledge(): void {
  const now = performance.now();
  if (now - lastAck < ACK_EVERY_MS) return;
  lastAck = now;
  tell({ ack: place.after });
}

function restart(): void {
  place = START;
  const dying = socket;
  socket = null;
  dying?.close();
  connect();
}

function watchSilence(limitMs: number): void {
  clearTimeout(silence);
  silence = setTimeout(() => {
    const dying = socket;
    socket = null;
    dying?.close();
    lost(1006);
  }, limitMs);
}

function lost(code: number): void {
  clearTimeout(silence);
  socket = null;
  post({ kind: 'closed', code });
  // the picture as it froze: what a reload during the outage opens
  if (attempt === 0) void keep(true);
  if (SESSION_ENDED.has(code)) return;
  retry = setTimeout(connect, retryDelayMs(attempt++, Math.random()));
}

/** Wait to be the window that writes; the lock goes with the window, crashed or closed. */
function becomeKeeper(): void {
  const begin = () => {
    keeps = true;
    setInterval(() => socket && void keep(false), KEEP_EVERY_MS);
  };
  if (!scope.navigator.locks) return begin();
  void scope.navigator.locks.request(KEEPER_LOCK, () => {
    begin();
    return new Promise(() => undefined);
  });
}

async function keep(all: boolean): Promise<void> {
  if (!keeper || !keeps || keeping) return;
  keeping = true;
  const holder = keeper;
  try {
    const changes = holder.changes(Date.now(), all);
    if (!changes.length) return;
    // what another window or another day left goes with the first picture
    await (kept ? disk.keep(changes) : disk.replace(PICTURE, changes));
    if (holder === keeper) kept = true;
  } catch {
    // a full disk keeps no picture; the live one goes on, and is tried again
    holder.failed();
  } finally {
    keeping = false;
  }
}

function stop(): void {
  clearTimeout(retry);
  clearTimeout(silence);
  const dying = socket;
  socket = null;
  place = START;
  dying?.close();
}
