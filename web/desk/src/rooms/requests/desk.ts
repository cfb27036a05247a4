/** What calls bring to the desk: the page, the form that opens from anywhere, the calls that ring without taking anything. */

import { t } from '../../i18n/index.svelte';
import type { DeskRoom } from '../../shell/rooms';
import { session } from '../../store/session.svelte';
import CallLine from './CallLine.svelte';
import CallsPage from './CallsPage.svelte';
import { line } from './line.svelte';
import RequestPanel from './RequestPanel.svelte';
import RingChip from './RingChip.svelte';

const room: DeskRoom = {
  pages: [{ name: 'calls', right: 'requests', order: 48, daily: 4, component: CallsPage }],
  panels: { request: RequestPanel },
  keys: [{ key: 't', label: 'keys.answer', anywhere: true, run: () => void line.answer() }],
  entries: () => (session.may('requests') ? [{ key: 'call', label: t('keys.answer'), hint: 'T', run: () => void line.answer() }] : []),
  bar: [RingChip],
  overlays: [CallLine],
  close: () => line.close(),
  start: () => line.start(),
};

export default room;
