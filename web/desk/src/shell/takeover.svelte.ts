/** Taking over what a colleague has: the same key says who has it since when, then means it. */

import { Refusal } from '../api/client';
import { t } from '../i18n/index.svelte';
import { session } from '../store/session.svelte';

interface Asked {
  id: string;
  by: string;
  since: number | null;
  go: () => Promise<void>;
}

class Takeover {
  asked = $state.raw<Asked | null>(null);

  /** Say who has it; pressed again on the same line while the same person has it, take it over. */
  press(asked: Asked): void {
    const meant = this.asked?.id === asked.id && this.asked.by === asked.by;
    this.asked = asked;
    if (meant) this.confirm();
  }

  /** Take over what is asked. */
  confirm(): void {
    const { asked } = this;
    this.asked = null;
    void asked?.go();
  }

  close(): boolean {
    if (!this.asked) return false;
    this.asked = null;
    return true;
  }
}

export const takeover = new Takeover();

/** Return a refusal with the name of who has it, where it tells whose it is. */
export function named(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const who = session.nameOf(String(error.params.by));
  if (error.code.endsWith('.already_taken')) return new Error(t('incident.takenBy', { who }));
  return error.code.endsWith('.still_there') ? new Error(t('incident.stillThere', { who })) : error;
}
