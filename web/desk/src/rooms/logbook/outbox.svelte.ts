/** Lines written while the core is away: kept on the seat, sent once with their own time when it is back. */

import { act } from '../../api/client';
import { Refusal } from '../../api/client';
import { notices } from '../../shell/notice.svelte';
import { live } from '../../store/live.svelte';

export interface Waiting {
  id: string;
  text: string;
  happened_at: number;
  asset: string | null;
}

const KEY = 'beffroi.logbook.outbox';

class Outbox {
  waiting = $state.raw<Waiting[]>(JSON.parse(localStorage.getItem(KEY) ?? '[]') as Waiting[]);
  #sending = false;

  #keep(next: Waiting[]): void {
    this.waiting = next;
    localStorage.setItem(KEY, JSON.stringify(next));
  }

  /** Write a line: it is on the seat's disk before it leaves. */
  async write(text: string, happenedAt: number, asset: string | null): Promise<void> {
    const id = crypto.randomUUID?.() ?? `${happenedAt}-${this.waiting.length}`;
    this.#keep([...this.waiting, { id, text, happened_at: happenedAt, asset }]);
    await this.flush();
  }

  /** Send what waits, oldest first; stops at the first silence, drops what the core refuses and says why. */
  async flush(): Promise<void> {
    if (this.#sending || live.lost) return;
    this.#sending = true;
    try {
      while (this.waiting.length) {
        const line = this.waiting[0]!;
        if (!(await this.#send(line))) return;
        this.#keep(this.waiting.filter((other) => other.id !== line.id));
      }
    } finally {
      this.#sending = false;
    }
  }

  async #send(line: Waiting): Promise<boolean> {
    try {
      const fields = line.asset ? { text: line.text, asset: line.asset } : { text: line.text };
      await act('logbook.write', fields, Math.round(line.happened_at));
      return true;
    } catch (error) {
      const kept = error instanceof Refusal && (error.status === 0 || error.status === 401 || error.status >= 500);
      if (!kept) notices.refused(error);
      return !kept;
    }
  }
}

export const outbox = new Outbox();
