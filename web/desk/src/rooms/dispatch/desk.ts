/** What crews, on-call and engagement bring to the desk. */

import type { Key } from '../../i18n/fr';
import { t } from '../../i18n/index.svelte';
import type { DeskKey, DeskRoom } from '../../shell/rooms';
import { sound } from '../../shell/sound.svelte';
import { desk } from '../../store/desk.svelte';
import { session } from '../../store/session.svelte';
import Chips from './Chips.svelte';
import CrewPanel from './CrewPanel.svelte';
import DispatchPage from './DispatchPage.svelte';
import { engage } from './engage';
import EngagePanel from './EngagePanel.svelte';
import { soundings } from './listen';
import { callOuts, engagements } from './model';
import RefuseField from './RefuseField.svelte';
import { refusing } from './refusing.svelte';
import StateField from './StateField.svelte';
import { tell } from './tell.svelte';

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
  pages: [{ name: 'dispatch', order: 45, daily: 5, component: DispatchPage }],
  panels: { engage: EngagePanel, crew: CrewPanel },
  keys: [{ key: 'e', label: 'dispatch.key.engage', anywhere: true, run: () => void engage() }, ...states, { key: '0', label: 'dispatch.key.refuse', anywhere: true, run: () => refusing.begin() }],
  entries: () => [
    entry('dispatch-now', 'dispatch.entry.page', ''),
    entry('dispatch-on-call', 'dispatch.entry.onCall', ''),
    ...(session.may('shift') ? [entry('dispatch-rosters', 'dispatch.entry.rosters', 'rosters'), entry('dispatch-needs', 'dispatch.entry.needs', 'needs')] : []),
  ],
  abnormal: [Chips],
  overlays: [StateField, RefuseField],
  leave: async () => {
    refusing.drop();
    if (!(await tell.save())) tell.drop();
  },
  start: () => {
    const quiet = sound.offer({ name: 'dispatch', version: () => callOuts.revision + engagements.revision, list: soundings });
    return () => {
      quiet();
      // its timer would note a state in the name of nobody, or of the next
      tell.drop();
    };
  },
  close: () => {
    if (refusing.drop()) return true;
    if (!tell.pending) return false;
    tell.drop();
    return true;
  },
};

export default room;
