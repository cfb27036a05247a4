/** What the events of the room bring to the desk. */

import { t } from '../../i18n/index.svelte';
import { outbox } from '../../shell/outbox.svelte';
import type { DeskRoom } from '../../shell/rooms';
import { takeover } from '../../shell/takeover.svelte';
import { session } from '../../store/session.svelte';
import { choices } from './choices.svelte';
import DueBand from './DueBand.svelte';
import IncidentPanel from './IncidentPanel.svelte';
import IncidentsPage from './IncidentsPage.svelte';
import { maskEntries } from './masking';
import { newIncident } from './newIncident.svelte';
import Overlay from './Overlay.svelte';
import { closeCurrent, focusPart, panel } from './panel.svelte';
import UnsentBand from './UnsentBand.svelte';

const room: DeskRoom = {
  pages: [{ name: 'incidents', order: 35, daily: 2, component: IncidentsPage }],
  panels: { incident: IncidentPanel },
  keys: [
    { key: 'n', label: 'incident.keyNew', anywhere: true, run: () => session.may('incidents') && newIncident.show() },
    { key: 'x', label: 'incident.keyClose', run: () => closeCurrent() },
    { key: 'l', label: 'incident.keySteps', run: () => focusPart('checklist') },
    { key: 'c', label: 'incident.keyCameras', run: () => focusPart('cameras') },
  ],
  entries: () => (session.may('incidents') ? [{ key: 'incident-new', label: t('incident.new'), hint: 'N', run: () => newIncident.show() }, ...maskEntries()] : []),
  bands: [DueBand, UnsentBand],
  overlays: [Overlay],
  close: () => newIncident.close() || takeover.close() || panel.close(),
  start: () => {
    void choices.load();
    return outbox.start();
  },
};

export default room;
