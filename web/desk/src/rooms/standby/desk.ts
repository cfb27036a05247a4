/** How standby joins the desk: what was missed, the pack on the seat's disk. */

import { t } from '../../i18n/index.svelte';
import type { DeskRoom } from '../../shell/rooms';
import { sound } from '../../shell/sound.svelte';
import { windows } from '../../shell/windows.svelte';
import { program } from '../../store/program.svelte';
import { alarms, isUnacknowledged, waits } from '../alarms/model';
import { CHANGES } from './changes';
import Escalated from './Escalated.svelte';
import FloodBand from './FloodBand.svelte';
import { missed } from './missed.svelte';
import MissedPage from './MissedPage.svelte';
import { standbyPack } from './pack.svelte';
import PackPage from './PackPage.svelte';
import { wall } from './wall.svelte';
import WallView from './WallView.svelte';
import WindowsBand from './WindowsBand.svelte';

function start(): () => void {
  const ends = [
    missed.start(),
    windows.start(),
    program.start(),
    standbyPack.start(),
    sound.offer({
      name: 'alarms',
      version: () => alarms.revision,
      list: () => [...alarms.rows.values()].filter((row) => waits(row) && isUnacknowledged(row)).map(({ id, priority, raised_at }) => ({ id, priority, since: raised_at })),
    }),
  ];
  return () => ends.forEach((end) => end());
}

export default {
  pages: [{ name: 'missed', component: MissedPage }, { name: 'pack', component: PackPage }],
  keys: [{ key: 'w', label: 'keys.windows', anywhere: true, run: () => windows.restore() }],
  bands: [FloodBand, Escalated, WindowsBand],
  entries: () => [{ key: 'wall', label: t('wall.enter'), hint: t('palette.do'), run: () => wall.set(!wall.on) }],
  overlays: [WallView],
  close: () => wall.close(),
  changes: CHANGES,
  start,
} satisfies DeskRoom;
