/** What crews, on-call and engagement bring to the desk. */

import type { Key } from '../../i18n/fr';
import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import type { DeskKey, DeskRoom } from '../../shell/rooms';
import { sound } from '../../shell/sound.svelte';
import { desk } from '../../store/desk.svelte';
import { session } from '../../store/session.svelte';
import Chips from './Chips.svelte';
import CrewPanel from './CrewPanel.svelte';
import DispatchPage from './DispatchPage.svelte';
import EngagePanel from './EngagePanel.svelte';
import { soundings } from './listen';
import { callOuts, engagements, incidentOf, openEngage } from './model';
import StateField from './StateField.svelte';
import { tell } from './tell.svelte';

/** E: the panel that engages, on the event of what is selected. */
function engage(): void {
  const incident = incidentOf(desk.selection);
  if (incident) openEngage(incident);
  else notices.refused(new Error(t('dispatch.noEvent')));
}

const states: DeskKey[] = [1, 2, 3, 4, 5].map((number) => ({
  key: String(number),
  label: `dispatch.key.state${number}` as Key,
  anywhere: true,
  run: () => void tell.begin(number),
}));

function entry(key: string, label: Key, sub: string) {
  return { key, label: t(label), hint: '', run: () => desk.go('dispatch', sub) };
}

const room: DeskRoom = {
  pages: [{ name: 'dispatch', order: 45, component: DispatchPage }],
  panels: { engage: EngagePanel, crew: CrewPanel },
  keys: [{ key: 'e', label: 'dispatch.key.engage', anywhere: true, run: engage }, ...states],
  entries: () => [
    entry('dispatch-now', 'dispatch.entry.page', ''),
    entry('dispatch-on-call', 'dispatch.entry.onCall', ''),
    ...(session.may('shift') ? [entry('dispatch-rosters', 'dispatch.entry.rosters', 'rosters')] : []),
  ],
  abnormal: [Chips],
  overlays: [StateField],
  start: () => sound.offer({ name: 'dispatch', version: () => callOuts.version + engagements.version, list: soundings }),
  close: () => {
    if (!tell.pending) return false;
    tell.drop();
    return true;
  },
};

export default room;
