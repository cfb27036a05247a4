/** How standby joins the desk: what was missed, the pack on the seat's disk. */

import { t } from '../../i18n/index.svelte';
import type { DeskRoom } from '../../shell/rooms';
import { desk } from '../../store/desk.svelte';
import { CHANGES } from './changes';
import { missed } from './missed.svelte';
import MissedPage from './MissedPage.svelte';

export default {
  pages: [{ name: 'missed', component: MissedPage }],
  entries: () => (missed.absence ? [{ key: 'missed', label: t('page.missed'), hint: t('palette.go'), run: () => desk.go('missed') }] : []),
  changes: CHANGES,
  start: () => missed.start(),
} satisfies DeskRoom;
