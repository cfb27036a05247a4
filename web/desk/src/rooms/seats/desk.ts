/** How seats join the desk: the chip of the bar, the change of person, the lock, the relève, desks that nobody holds. */

import { t } from '../../i18n/index.svelte';
import type { DeskRoom } from '../../shell/rooms';
import { sound, type Sounding } from '../../shell/sound.svelte';
import { session } from '../../store/session.svelte';
import { alarms } from '../alarms/model';
import { startBeating } from './beating.svelte';
import { lock } from './commands';
import { hears } from './hearing';
import { desks, here, listDesks, unheld } from './model.svelte';
import LockScreen from './LockScreen.svelte';
import NightReportPage from './NightReportPage.svelte';
import { person } from './person.svelte';
import PersonField from './PersonField.svelte';
import ReliefPage from './ReliefPage.svelte';
import SeatChip from './SeatChip.svelte';
import SeatsPage from './SeatsPage.svelte';
import UnheldLines from './UnheldLines.svelte';

const CRITICAL = 1;

function tradesOf(one: Sounding): readonly string[] {
  const row = alarms.rows.get(one.id);
  const trade = row && session.kind(row.kind)?.trade;
  return one.trades ?? (trade ? [trade] : []);
}

function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'l') {
    event.preventDefault();
    void lock();
  }
}

export default {
  pages: [
    { name: 'seats', order: 55, component: SeatsPage },
    { name: 'relief', right: 'logbook', component: ReliefPage },
    { name: 'night', right: 'logbook', component: NightReportPage },
  ],
  // listed on the key sheet; the window's own listener acts, wherever the focus is
  keys: [{ key: 'ctrl l', label: 'keys.lock', anywhere: true, run: () => void lock() }],
  entries: () => [
    { key: 'person', label: t('seats.change'), hint: t('palette.do'), run: () => person.ask() },
    { key: 'lock', label: t('seats.lock'), hint: 'Ctrl L', run: () => void lock() },
  ],
  bar: [SeatChip],
  queueTop: [UnheldLines],
  overlays: [PersonField, LockScreen],
  close: () => person.close(),
  start: () => {
    void here.ask();
    window.addEventListener('keydown', onKey);
    const ends = [
      person.start(),
      startBeating(),
      sound.offer({
        name: 'desks',
        version: () => desks.revision,
        list: () => unheld().map((desk) => ({ id: `${desk.id}-${desk.unheld_since}`, priority: CRITICAL, since: desk.unheld_since ?? 0, chief: true })),
      }),
    ];
    sound.concern((one) => hears(one, tradesOf(one), listDesks(), here));
    sound.chief(() => here.takes);
    return () => {
      window.removeEventListener('keydown', onKey);
      ends.forEach((end) => end());
    };
  },
} satisfies DeskRoom;
