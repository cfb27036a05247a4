/**
 * A state told by voice: one key, then at leisure the hour that was said and the channel, one field. Left alone for 5 s it is
 * noted with the hour of the key; Escape drops it before; afterwards Ctrl-Z takes it back.
 */

import { act } from '../../api/client';
import { i18n, t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { outbox } from '../../shell/outbox.svelte';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { lastTime } from '../../ui/clockField';
import { clock } from '../../ui/format';
import { desk } from '../../store/desk.svelte';
import { incidentOf, nameOf, openOf, STATES, word, type Channel, type CrewState, type EngagementRow } from './model';

export const WAIT_S = 5;
const LETTERS: Record<string, Channel> = { r: 'radio', t: 'phone', a: 'application' };

export interface Pending {
  engagement: string;
  crew: string;
  state: CrewState;
  /** Hour of the key, µs of the city. */
  at: number;
  channel: Channel;
}

class Tell {
  pending = $state.raw<Pending | null>(null);
  text = $state('');
  /** Engagement chosen among several of one event. */
  chosen = $state<string | null>(null);
  left = $state(WAIT_S);
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Begin to tell a state of the crew of what is selected; the one that was pending is noted first. */
  async begin(number: number): Promise<void> {
    await this.save();
    const held = this.#meant();
    if (!held) return;
    this.pending = { engagement: held.id, crew: nameOf(held), state: STATES[number - 1]!, at: live.cityNow(), channel: 'radio' };
    this.text = '';
    this.left = WAIT_S;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 1_000);
  }

  #meant(): EngagementRow | null {
    const incident = incidentOf(desk.selection);
    if (!incident) return this.#say('dispatch.noEvent');
    const open = openOf(incident);
    if (!open.length) return this.#say('dispatch.nobody');
    const crew = desk.selection?.kind === 'crew' ? desk.selection.id : null;
    const chosen = open.find((row) => row.id === this.chosen || (crew !== null && row.crew === crew));
    if (!chosen && open.length > 1) return this.#say('dispatch.which');
    return chosen ?? open[0]!;
  }

  #say(key: 'dispatch.noEvent' | 'dispatch.nobody' | 'dispatch.which'): null {
    notices.refused(new Error(t(key)));
    return null;
  }

  #tick(): void {
    // who is typing is not hurried
    if (this.text) return;
    this.left -= 1;
    if (this.left <= 0) void this.save();
  }

  /** Choose the channel of what is pending. */
  by(channel: Channel): void {
    if (this.pending) this.pending = { ...this.pending, channel };
  }

  /** Note what is pending; tells whether it could be read. */
  async save(): Promise<boolean> {
    const { pending } = this;
    if (!pending) return true;
    const read = this.#read(pending);
    if (!read) {
      notices.refused(new Error(t('dispatch.tell.bad')));
      return false;
    }
    this.drop();
    const at = clock(read.at, i18n.lang, session.zone);
    const said = t('dispatch.tell.done', { crew: pending.crew, state: word(`state.${pending.state}`), at });
    const fields = { engagement: pending.engagement, state: pending.state, channel: read.channel };
    const done = await outbox.send('dispatch.crew_state', fields, read.at, said);
    const move = done?.events.find((event) => event.type === 'dispatch.crew_moved')?.move as string | undefined;
    if (move) notices.done(said, async () => void (await act('dispatch.undo_state', { engagement: pending.engagement, move })));
    return true;
  }

  /** « 2158t »: the hour said, and the channel by its letter. */
  #read(pending: Pending): { at: number; channel: Channel } | null {
    const found = /^(.*?)([rta])?$/i.exec(this.text.trim())!;
    const channel = found[2] ? LETTERS[found[2].toLowerCase()]! : pending.channel;
    const hour = found[1]!.trim();
    if (!hour) return { at: Math.round(pending.at), channel };
    const at = lastTime(hour, live.cityNow(), session.zone);
    return Number.isNaN(at) ? null : { at, channel };
  }

  /** Forget what is pending. */
  drop(): void {
    clearInterval(this.#timer);
    this.pending = null;
    this.text = '';
  }
}

export const tell = new Tell();
