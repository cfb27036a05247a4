/** The seat says that it lives, from a worker, as long as somebody sits there: runes live in this kind of file only. */

import { session } from '../../store/session.svelte';
import BeatWorker from './beat.worker?worker';
import { here } from './model.svelte';

export function startBeating(): () => void {
  const worker = new BeatWorker();
  worker.onmessage = (message: MessageEvent<{ chief: boolean; takes: boolean }>) => here.told(message.data);
  const end = $effect.root(() => {
    $effect(() => {
      void here.seat;
      worker.postMessage(session.me?.csrf ?? '');
    });
  });
  return () => {
    end();
    worker.terminate();
  };
}
