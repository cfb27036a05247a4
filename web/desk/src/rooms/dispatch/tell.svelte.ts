/**
 * A state told by voice: one key, then at leisure who speaks, the hour that was said and the channel, one field. Whoever is
 * selected speaks until somebody else is named: with several events under way a state asks for no other gesture. Left alone
 * for 5 s it is noted, with the hour of the key; Escape drops it before; afterwards Ctrl-Z takes it back.
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
import { engagements, incidentOf, nameOf, openOf, STATES, word, type Channel, type CrewState, type EngagementRow } from './model';
import { people } from './people.svelte';
import { readSpoken, type Speaker } from './spoken';

export const WAIT_S = 5;

export interface Pending {
  /** Whoever is selected, or nobody yet: the field says who. */
  held: EngagementRow | null;
  state: CrewState;
  /** Hour of the key, µs of the city. */
  at: number;
  channel: Channel;
}

/** What would be noted now. */
export interface Meant {
  held: EngagementRow;
  at: number;
  channel: Channel;
}

class Tell {
  pending = $state.raw<Pending | null>(null);
  text = $state('');
  /** Engagement chosen among several of one event. */
  chosen = $state<string | null>(null);
  left = $state(WAIT_S);
  /** Whose state it is as far as the field can be read. */
  who = $derived.by((): EngagementRow | null => {
    if (!this.pending) return null;
    const { who, named } = readSpoken(this.text, this.#speakers());
    return named ? (who.length === 1 ? (engagements.find(who[0]!.id) ?? null) : null) : this.pending.held;
  });
  #timer: ReturnType<typeof setInterval> | undefined;
  #typed = '';

  /** Begin to tell a state of the crew of what is selected, or of whoever is named; the one that was pending is noted first. */
  async begin(number: number): Promise<void> {
    if (!(await this.save())) return;
    const open = engagements.list().filter((row) => row.ended_at === null);
    if (!open.length) return void notices.refused(new Error(t('dispatch.nobody')));
    this.pending = { held: this.#meant(), state: STATES[number - 1]!, at: live.cityNow(), channel: 'radio' };
    this.text = this.#typed = '';
    this.left = WAIT_S;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 1_000);
  }

  #meant(): EngagementRow | null {
    const incident = incidentOf(desk.selection);
    const open = incident ? openOf(incident) : [];
    const crew = desk.selection?.kind === 'crew' ? desk.selection.id : null;
    return open.find((row) => row.id === this.chosen || (crew !== null && row.crew === crew)) ?? (open.length === 1 ? open[0]! : null);
  }

  #speakers(): Speaker[] {
    return engagements.list()
      .filter((row) => row.ended_at === null)
      .map((row) => ({ id: row.id, words: [nameOf(row), people.nameOf(row.agent), row.number, row.place].join(' ') }));
  }

  #tick(): void {
    // who is typing is not hurried: the seconds count from the last letter, once it can be read
    if (this.text !== this.#typed || !this.#read()) {
      this.#typed = this.text;
      this.left = WAIT_S;
      return;
    }
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
    const read = this.#read();
    if (!read) {
      notices.refused(new Error(t(this.who ? 'dispatch.tell.bad' : 'dispatch.which')));
      return false;
    }
    this.drop();
    const crew = nameOf(read.held);
    const said = t('dispatch.tell.done', { crew, state: word(`state.${pending.state}`), at: clock(read.at, i18n.lang, session.zone) });
    const fields = { engagement: read.held.id, state: pending.state, channel: read.channel };
    const done = await outbox.send('dispatch.crew_state', fields, read.at, said);
    const move = done?.events.find((event) => event.type === 'dispatch.crew_moved')?.move as string | undefined;
    if (move) notices.done(said, async () => void (await act('dispatch.undo_state', { engagement: read.held.id, move })));
    return true;
  }

  #read(): Meant | null {
    const { pending, who: held } = this;
    if (!pending || !held) return null;
    const { hour, channel } = readSpoken(this.text, this.#speakers());
    const at = hour ? lastTime(hour, live.cityNow(), session.zone) : Math.round(pending.at);
    return Number.isNaN(at) ? null : { held, at, channel: channel ?? pending.channel };
  }

  /** Forget what is pending. */
  drop(): void {
    clearInterval(this.#timer);
    this.pending = null;
    this.text = '';
  }
}

export const tell = new Tell();
