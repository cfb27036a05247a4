/** What comes next by itself: ends of overrides, of shelving, approvals that lapse. */

import { t } from '../i18n/index.svelte';
import { alarms } from '../rooms/alarms/model';
import { incidents } from '../rooms/incidents/model';
import { locks, orders, overrides } from '../rooms/orders/model';
import { live } from '../store/live.svelte';
import { deskRooms } from './rooms';

export interface Deadline {
  at: number;
  what: string;
}

class Deadlines {
  list = $derived.by(() => {
    const found: Deadline[] = [];
    for (const row of overrides.list()) found.push({ at: row.until, what: t('deadline.override') });
    for (const row of alarms.list()) if (row.shelved_until) found.push({ at: row.shelved_until, what: t('deadline.shelved') });
    for (const row of orders.list()) {
      if (row.state === 'waiting' && row.approve_before) found.push({ at: row.approve_before, what: t('deadline.approval') });
      if (row.countersign_before && !row.countersigned_by) found.push({ at: row.countersign_before, what: t('deadline.countersign') });
    }
    for (const row of incidents.list()) {
      for (const one of row.deadlines) found.push({ at: one.at, what: t('deadline.incident', { what: t(`incident.deadline.${one.kind}`), number: row.number }) });
    }
    for (const room of deskRooms()) found.push(...(room.deadlines?.() ?? []));
    void locks.version;
    return found.sort((a, b) => a.at - b.at);
  });

  get next(): Deadline | null {
    return this.list.find((deadline) => deadline.at > live.now) ?? null;
  }
}

export const deadlines = new Deadlines();
