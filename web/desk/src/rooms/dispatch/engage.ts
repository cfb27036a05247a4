/** `E`: who is sent, on the event of what is selected; an alarm without one has it opened first. */

import { act } from '../../api/client';
import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { desk } from '../../store/desk.svelte';
import { incidentOf, openEngage } from './model';

const PATIENCE_MS = 10_000;
const OPENS_WITHIN_MS = 5_000;
const LOOK_MS = 50;

/** Show the panel that engages. */
export async function engage(): Promise<void> {
  const { selection } = desk;
  const incident = incidentOf(selection) ?? (selection?.kind === 'alarm' ? await openFor(selection.id) : null);
  if (incident && desk.selection === selection) openEngage(incident);
  else if (!incident && selection?.kind !== 'alarm') notices.refused(new Error(t('dispatch.noEvent')));
}

/** Ask the event of an alarm and wait until the picture has it; says why when it does not come. */
async function openFor(alarm: string): Promise<string | null> {
  try {
    await act('alarms.ask_event', { alarm }, undefined, PATIENCE_MS);
    for (let waited = 0; waited < OPENS_WITHIN_MS; waited += LOOK_MS) {
      const found = incidentOf({ kind: 'alarm', id: alarm });
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    notices.refused(new Error(t('dispatch.notOpened')));
  } catch (error) {
    notices.refused(error);
  }
  return null;
}
