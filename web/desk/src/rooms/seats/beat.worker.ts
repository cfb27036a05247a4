/** Says every five seconds that the seat lives: in a worker, because browsers slow the timers of hidden pages. */
/// <reference lib="webworker" />

export {};

const EVERY_MS = 5_000;
const scope = self as unknown as DedicatedWorkerGlobalScope;
let csrf = '';

scope.onmessage = (message: MessageEvent<string>) => {
  csrf = message.data;
  void beat();
};

async function beat(): Promise<void> {
  if (!csrf) return;
  const answer = await fetch('/api/seat/here', { method: 'POST', headers: { 'X-Beffroi-CSRF': csrf }, credentials: 'same-origin' }).catch(() => undefined);
  if (answer?.ok) scope.postMessage(await answer.json());
}

setInterval(() => void beat(), EVERY_MS);
