/** What keys and buttons do to seats, desks and persons. */

import { act, get, post } from '../../api/client';
import type { Me } from '../../api/types';
import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { leaveRooms } from '../../shell/rooms';
import { desk } from '../../store/desk.svelte';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { here, labelOf } from './model.svelte';
import { readKey } from './key';
import { person } from './person.svelte';

/** Do something and say it; a refusal says why. Tells whether it was done. */
async function said(done: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    notices.done(done);
    return true;
  } catch (error) {
    notices.refused(error);
    return false;
  }
}

/** Make this browser a seat of the room. */
export async function enrol(name: string): Promise<void> {
  await said(t('seats.enrolled', { name }), () => post('/api/seat/enrol', { name }));
  await here.ask();
}

/** Hold desks here. */
export async function hold(names: string[]): Promise<void> {
  if (!here.seat) return;
  const { seat } = here;
  await said(t('seats.heldNow', { desks: names.map(labelOf).join(', ') }), () => act('seats.hold', { seat, desks: names }));
}

/** Hand desks over to another seat, in one action. */
export async function handOver(names: string[], to: string): Promise<void> {
  await said(t('seats.handedOver', { desks: names.map(labelOf).join(', ') }), () => act('seats.hand_over', { desks: names, to }));
}

/** Close a desk until somebody holds it again. */
export async function disarm(name: string): Promise<void> {
  await said(t('seats.disarmed', { desk: labelOf(name) }), () => act('seats.disarm', { desk: name }));
}

export async function rename(seat: string, name: string): Promise<void> {
  await said(t('seats.renamed', { name }), () => act('seats.rename', { seat, name }));
}

export async function retire(seat: string): Promise<void> {
  await said(t('seats.retired'), () => act('seats.retire', { seat }));
}

/** Change person by the code; the answer is an error when it is refused. */
export async function switchByCode(login: string, code: string): Promise<void> {
  await sit(() => post<Me>('/api/seat/switch', { login, code }));
}

/** Change person by touching a security key. */
export async function switchByKey(): Promise<void> {
  const options = await post<object>('/api/seat/key/options', {});
  const answer = await readKey(options);
  await sit(() => post<Me>('/api/seat/key', answer));
}

/** Finish what is half done here and in the other windows of the seat, in the name of who did it. */
async function leave(): Promise<void> {
  person.tell('leaving');
  await leaveRooms();
}

async function sit(ask: () => Promise<Me>): Promise<void> {
  await leave();
  live.beginChange();
  let me: Me;
  try {
    me = await ask();
  } catch (error) {
    live.endChange();
    throw error;
  }
  const changed = me.account !== session.id;
  session.replace(me);
  person.remember(me.login);
  person.tell('changed');
  if (changed) notices.done(t('seats.changed', { name: me.name || me.login }));
}

/** Lock the seat: names go, picture and sound stay. */
export async function lock(): Promise<void> {
  if (session.locked) return;
  await leave();
  try {
    await post('/api/seat/lock', {});
    desk.clear();
    session.replace(await get<Me>('/api/me'));
    person.tell('changed');
  } catch (error) {
    notices.refused(error);
  }
}
