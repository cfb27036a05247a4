/** The relève under way at this seat: its page from the server, its ticks, its signature. */

import { act, get, post, query } from '../../api/client';
import type { Micros, Text } from '../../api/types';
import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { newLocal } from '../../shell/outbox.svelte';
import { sound } from '../../shell/sound.svelte';
import { here } from './model.svelte';

export interface Item {
  ref: string;
  kind: 'incident' | 'order' | 'asset' | 'alarm' | 'on_call' | 'instruction' | 'reminder' | 'routine' | 'entry' | 'older';
  what: Text;
  place: string;
  detail: Text;
  at: Micros | null;
  until: Micros | null;
  due: '' | 'take' | 'engage' | 'on_site' | 'made_safe';
  phone: string;
  account: string | null;
  new: boolean;
}

export type SectionName = 'events' | 'overrides' | 'locks' | 'withheld' | 'on_call' | 'links' | 'instructions' | 'reminders' | 'changes';

export interface ReliefPage {
  relief: string | null;
  seat: string;
  seat_name: string;
  desks: Text[];
  outgoing: string | null;
  incoming: string | null;
  since: Micros;
  made_at: Micros;
  ticks: string[];
  sections: { name: SectionName; items: Item[] }[];
}

export const SOUND = 'sound';

class Relieving {
  page = $state.raw<ReliefPage | null>(null);
  /** The relève that was just signed here: it may be printed. */
  signed = $state<string | null>(null);
  #asking = false;
  #again = false;

  /** Read the page again; one request at a time. */
  async read(): Promise<void> {
    if (!here.seat) return;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      this.page = await get<ReliefPage>(`/api/relief${query({ seat: here.seat })}`);
    } catch (error) {
      notices.refused(error);
    } finally {
      this.#asking = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.read();
    }
  }

  async #ask(type: string, fields: object): Promise<boolean> {
    try {
      await act(type, fields);
      await this.read();
      return true;
    } catch (error) {
      notices.refused(error);
      return false;
    }
  }

  async begin(): Promise<void> {
    this.signed = null;
    await this.#ask('seats.begin_relief', { seat: here.seat });
  }

  async cancel(): Promise<void> {
    await this.#ask('seats.cancel_relief', { relief: here.row?.relief?.id });
  }

  /** Tick an instruction: read, and said so under one's own name. */
  async tick(instruction: string, on: boolean): Promise<void> {
    const relief = here.row?.relief?.id;
    if (!relief) return;
    try {
      if (on) await act('duties.read', { instructions: [instruction], local: newLocal() });
    } catch (error) {
      // ticked without its receipt, the signature would be refused
      notices.refused(error);
      return;
    }
    await this.#ask('seats.tick', { relief, item: `instruction:${instruction}`, on });
  }

  /** Play the test tone; it was heard once a person says so by going on. */
  async hear(): Promise<boolean> {
    await sound.test();
    const relief = here.row?.relief?.id;
    if (!relief || !sound.armed) return false;
    return this.#ask('seats.tick', { relief, item: SOUND });
  }

  async sign(): Promise<boolean> {
    const relief = here.row?.relief?.id;
    if (!relief) return false;
    try {
      await post(`/api/relief/${relief}/sign`, {});
      this.signed = relief;
      notices.done(t('relief.signed'));
      await this.read();
      return true;
    } catch (error) {
      notices.refused(error);
      return false;
    }
  }
}

export const relieving = new Relieving();
