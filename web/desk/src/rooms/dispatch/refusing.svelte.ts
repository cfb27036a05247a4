/** « Négatif » told by voice: 0, then why in one key; the event is again nobody's road. */

import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { outbox } from '../../shell/outbox.svelte';
import { desk } from '../../store/desk.svelte';
import { live } from '../../store/live.svelte';
import { incidentOf, nameOf, openOf, type EngagementRow } from './model';
import { tell } from './tell.svelte';

export const REFUSALS = ['other_job', 'vehicle', 'not_qualified', 'end_of_shift', 'danger', 'other'] as const;
export type Refusal = (typeof REFUSALS)[number];

class Refusing {
  held = $state.raw<EngagementRow | null>(null);

  /** Ask why: of the crew chosen in the list, else of whoever was engaged last on what is selected. */
  begin(): void {
    const incident = incidentOf(desk.selection);
    const open = incident ? openOf(incident) : [];
    const held = open.find((row) => row.id === tell.chosen) ?? open.filter((row) => row.state === 'engaged').at(-1);
    if (held) this.held = held;
    else notices.refused(new Error(t(incident ? 'dispatch.nobody' : 'dispatch.noEvent')));
  }

  /** Note the refusal and its reason. */
  async save(reason: Refusal): Promise<void> {
    const { held } = this;
    if (!held) return;
    this.held = null;
    const said = t('dispatch.refuse.done', { crew: nameOf(held), why: t(`dispatch.refuse.${reason}`) });
    if (await outbox.send('dispatch.refuse', { engagement: held.id, reason }, live.cityNow(), said)) notices.done(said);
  }

  /** Forget the question; tells whether there was one. */
  drop(): boolean {
    const was = this.held !== null;
    this.held = null;
    return was;
  }
}

export const refusing = new Refusing();
