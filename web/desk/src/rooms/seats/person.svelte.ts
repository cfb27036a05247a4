/** The change of person on screen: the field that asks, the logins that sat here, the other windows of the seat. */

import { leaveRooms } from '../../shell/rooms';
import { live } from '../../store/live.svelte';
import { remember } from '../../store/memory';
import { session } from '../../store/session.svelte';

const CHANNEL = 'beffroi.person';
const KNOWN = 'beffroi.seat.logins';
const MOST = 12;

function readKnown(): string[] {
  try {
    return JSON.parse(localStorage.getItem(KNOWN) ?? '[]') as string[];
  } catch {
    return [];
  }
}

class Person {
  /** The field that changes person is open. */
  asking = $state(false);
  /** Logins that sat at this seat, the last first. */
  known = $state.raw<string[]>(readKnown());
  #channel: BroadcastChannel | null = null;

  ask(): void {
    this.asking = true;
  }

  /** Close the field; tell whether it was open. */
  close(): boolean {
    const was = this.asking;
    this.asking = false;
    return was;
  }

  remember(login: string): void {
    this.known = [login, ...this.known.filter((one) => one !== login)].slice(0, MOST);
    remember(KNOWN, JSON.stringify(this.known));
  }

  /** Tell the other windows of the seat that somebody is about to leave it, or that somebody else sits here. */
  tell(news: 'leaving' | 'changed'): void {
    this.#channel?.postMessage(news);
  }

  /** Follow the other windows until told to stop. */
  start(): () => void {
    if (session.me && !session.locked) this.remember(session.me.login);
    if (!('BroadcastChannel' in window)) return () => undefined;
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = ({ data }: MessageEvent<'leaving' | 'changed'>) => {
      if (data === 'changed') return void session.follow();
      // the session that ends is the one that leaves, here too
      live.beginChange();
      void leaveRooms();
    };
    return () => this.#channel?.close();
  }
}

export const person = new Person();
