/** Which program this window runs: a tab open for a week tells that the core now serves another, and reloads nothing by itself. */

import { live } from './live.svelte';

const LOOK_MS = 3_600_000;

/** Return what tells one build of the desk from another in its page; nothing when it is no page of the desk. */
export function programOf(page: string): string {
  return /\/assets\/index-[\w-]+\.js/.exec(page)?.[0] ?? '';
}

class Program {
  /** The core serves a newer desk than this one. */
  newer = $state(false);

  /** Look at each return of the core and each hour, until told to stop. */
  start(): () => void {
    const own = programOf(document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? '');
    if (!own) return () => undefined;
    const look = () => void this.look(own);
    const timer = setInterval(look, LOOK_MS);
    const end = $effect.root(() => {
      $effect(() => {
        if (!live.lost && live.started) look();
      });
    });
    return () => {
      clearInterval(timer);
      end();
    };
  }

  /** Compare with what the core serves now. */
  async look(own: string): Promise<void> {
    try {
      const answer = await fetch('/', { cache: 'no-cache', signal: AbortSignal.timeout(10_000) });
      const served = answer.ok ? programOf(await answer.text()) : '';
      if (served) this.newer = served !== own;
    } catch {
      // nobody answers: the next return of the core asks again
    }
  }
}

export const program = new Program();
