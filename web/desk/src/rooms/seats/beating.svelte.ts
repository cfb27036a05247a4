/** The seat says that it lives, from a worker, as long as somebody sits there: runes live in this kind of file only. */

import { session } from '../../store/session.svelte';
import BeatWorker from './beat.worker?worker';
import { here } from './model.svelte';

export function startBeating(): () => void {
  const worker = new BeatWorker();
  const end = $effect.root(() => {
    $effect(() => {
      worker.postMessage(here.seat && session.me ? session.me.csrf : '');
    });
  });
  return () => {
    end();
    worker.terminate();
  };
}
