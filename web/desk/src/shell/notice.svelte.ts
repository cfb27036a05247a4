/** One line under the eyes of the operator: what was just done and how to undo it, or why it was refused. */

import { answered, Refusal } from '../api/client';
import { t } from '../i18n/index.svelte';

const UNDO_MS = 5_000;
const NOTICE_MS = 8_000;

export interface Notice {
  id: number;
  text: string;
  bad: boolean;
  undo: (() => Promise<void>) | null;
  until: number;
}

class Notices {
  current = $state.raw<Notice | null>(null);
  #next = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Say what was done; `undo` stays possible for 5 s. */
  done(text: string, undo: (() => Promise<void>) | null = null): void {
    this.#show({ id: this.#next++, text, bad: false, undo, until: performance.now() + (undo ? UNDO_MS : NOTICE_MS) });
  }

  /** Say why something was refused. */
  refused(error: unknown): void {
    this.#show({ id: this.#next++, text: explain(error), bad: true, undo: null, until: performance.now() + NOTICE_MS });
  }

  #show(notice: Notice): void {
    this.current = notice;
    this.#endLater(notice);
  }

  #endLater(notice: Notice): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.current?.id === notice.id) this.current = null;
    }, notice.until - performance.now());
  }

  /**
   * Take back what was done last; the picture may show it before its answer says how to undo it: then that is waited for,
   * and what is shown meanwhile does not expire. A button passes what it `named`: that one, at once.
   */
  async undo(named: Notice | null = null): Promise<void> {
    clearTimeout(this.#timer);
    if (!named) await answered(UNDO_MS);
    const notice = named ?? this.current;
    if (!notice?.undo) {
      if (notice) this.#endLater(notice);
      return;
    }
    if (this.current?.id === notice.id) this.current = null;
    else if (this.current) this.#endLater(this.current);
    try {
      await notice.undo();
      this.done(t('undo.done'));
    } catch (error) {
      this.refused(error);
    }
  }

  clear(): void {
    this.current = null;
  }
}

export const notices = new Notices();

/** Return the sentence of an error. */
export function explain(error: unknown): string {
  if (error instanceof Refusal) {
    if (error.status === 0) return t('refused.unreachable');
    if (error.status === 429) return error.message || t('refused.slow');
    return error.message || error.code;
  }
  return error instanceof Error ? error.message : String(error);
}
