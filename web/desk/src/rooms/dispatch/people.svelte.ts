/** Names and phones: asked when needed by those who may, never kept on the seat's disk. */

import { get } from '../../api/client';
import type { Micros } from '../../api/types';
import { session } from '../../store/session.svelte';

export interface Person {
  id: string;
  name: string;
  phone: string;
  skills: string[];
  authorisations: { code: string; until: Micros }[];
  contractor: string;
  ends_at: Micros;
  forgotten: boolean;
  simulated: boolean;
}

class People {
  rows = $state.raw<Person[]>([]);
  #byId = new Map<string, Person>();

  /** Ask again; nothing for who may not know. */
  async load(): Promise<void> {
    if (!session.may('dispatch') && !session.may('shift')) return;
    this.rows = await get<Person[]>('/api/dispatch/people').catch(() => this.rows);
    this.#byId = new Map(this.rows.map((row) => [row.id, row]));
  }

  find(id: string | null): Person | undefined {
    void this.rows;
    return id === null ? undefined : this.#byId.get(id);
  }

  /** Return a name, or nothing for who may not know it or when it was erased. */
  nameOf(id: string | null): string {
    return this.find(id)?.name ?? '';
  }
}

export const people = new People();
