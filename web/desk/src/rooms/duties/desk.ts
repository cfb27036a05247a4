/** How the duties join the desk: `R`, what asks at its hour, the pages of instructions and of the night round. */

import { t } from '../../i18n/index.svelte';
import type { DeskRoom } from '../../shell/rooms';
import { sound } from '../../shell/sound.svelte';
import { session } from '../../store/session.svelte';
import Chips from './Chips.svelte';
import { postpone, reminded } from './commands';
import DutiesPage from './DutiesPage.svelte';
import { duties, reminders } from './model.svelte';
import { remind } from './remind.svelte';
import RemindField from './RemindField.svelte';
import RoundPage from './RoundPage.svelte';
import UnreadBand from './UnreadBand.svelte';

const MEDIUM = 3;

export default {
  pages: [{ name: 'duties', order: 52, daily: 7, component: DutiesPage }, { name: 'round', right: 'work', component: RoundPage }],
  keys: [
    { key: 'r', label: 'keys.remind', anywhere: true, run: () => session.may('logbook') && remind.ask() },
    { key: '+', label: 'keys.postpone', anywhere: true, run: () => void postpone() },
    { key: 'f', label: 'keys.reminded', anywhere: true, run: () => void reminded() },
  ],
  entries: () => (session.may('logbook') ? [{ key: 'remind', label: t('duties.remind'), hint: 'R', run: () => remind.ask() }] : []),
  bands: [UnreadBand],
  abnormal: [Chips],
  overlays: [RemindField],
  deadlines: () => duties.deadlines,
  close: () => remind.close(),
  start: () =>
    sound.offer({
      name: 'reminders',
      version: () => reminders.revision,
      list: () => [...reminders.rows.values()].flatMap((row) => (row.fell_due_at === null ? [] : [{ id: `${row.id}-${row.fell_due_at}`, priority: MEDIUM, since: row.fell_due_at }])),
    }),
} satisfies DeskRoom;
