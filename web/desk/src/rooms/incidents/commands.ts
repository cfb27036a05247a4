/** What an operator's key does to an event: on its identifier, refused when it changed under the finger. */

import { act, get } from '../../api/client';
import { t } from '../../i18n/index.svelte';
import { notices } from '../../shell/notice.svelte';
import { outbox } from '../../shell/outbox.svelte';
import { ours, ready, refuse } from '../../shell/ready';
import { named, takeover } from '../../shell/takeover.svelte';
import { desk } from '../../store/desk.svelte';
import { live } from '../../store/live.svelte';
import { homeOf } from '../../store/home';
import { session } from '../../store/session.svelte';
import { alarms } from '../alarms/model';
import { assets } from '../assets/store.svelte';
import { composeFor } from '../orders/compose';
import { incidents, openIncident, titleOf } from './model';
import type { IncidentRow, Shown } from './types';

const NEIGHBOURS_M = 150;

/** Ask an action on an event; tells whether it was done. */
export async function ask(type: string, id: string, fields: object = {}, happenedAt?: number): Promise<boolean> {
  ours(id);
  try {
    await act(type, { incident: id, ...fields }, happenedAt === undefined ? undefined : Math.round(happenedAt));
    ours(id);
    return true;
  } catch (error) {
    notices.refused(named(error));
    return false;
  }
}

/** Take (`P`): from now on it is mine, and so is the alarm that opened it. What a colleague has is asked twice. */
export async function takeIncident(id: string): Promise<void> {
  const known = incidents.rows.get(id);
  if (!known?.taken_by) return takeFrom(id, null);
  if (known.taken_by === session.id) return void refuse(t('refused.mine'));
  const over = known.taken_by;
  takeover.press({ id, by: over, since: known.taken_at, go: () => takeFrom(id, over) });
}

async function takeFrom(id: string, over: string | null): Promise<void> {
  const row = ready(incidents, id, 'incidents', 'incident.gone');
  if (!row) return;
  if (!(await ask('incidents.take', id, { seen_at: Math.round(live.cityNow()), ...(over ? { over } : {}) }))) return;
  const held = row.links.filter((link) => link.kind === 'alarm' && alarms.rows.get(link.id) && (alarms.rows.get(link.id)!.taken_by ?? null) === over);
  for (const link of held) void act('alarms.take', { alarm: link.id, ...(over ? { over } : {}) }).catch(() => undefined);
  notices.done(t('done.taken', { what: `${row.number} · ${titleOf(row)}` }), async () => {
    await act('incidents.release', { incident: id });
    for (const link of held) await act('alarms.release', { alarm: link.id }).catch(() => undefined);
  });
}

/** Answer a step of the checklist; `told` names who was told. Kept on the seat while the core is away. */
export async function answerStep(row: IncidentRow, step: string, told: string, outcome: 'done' | 'not_applicable' = 'done'): Promise<boolean> {
  ours(row.id);
  const done = await outbox.send('incidents.step', { incident: row.id, step, told, outcome }, live.cityNow(), `${row.number} · ${told || step}`);
  return done !== null;
}

/** Compose an order for the lights around an event (a mast down: light its neighbours), or for its own equipment. */
export async function composeForIncident(row: IncidentRow): Promise<void> {
  try {
    const asset = row.asset ? await assets.find(row.asset) : null;
    if (asset && asset.kind !== 'street_light') return composeFor(asset);
    if (row.lon === null || row.lat === null) return void refuse(t('incident.noPlace'));
    const near = await get<{ asset: { id: string; kind: string } }[]>(
      `/api/assets/near?lon=${row.lon}&lat=${row.lat}&radius_m=${NEIGHBOURS_M}&kind=street_light&limit=60`,
    );
    const lights = near.map((one) => one.asset.id).filter((id) => id !== row.asset);
    if (!lights.length) return void refuse(t('incident.noLights'));
    desk.select({ kind: 'compose', target: { assets: lights, incident: row.id, label: t('incident.neighboursOf', { what: row.code || row.number }) } }, desk.place);
  } catch (error) {
    notices.refused(error);
  }
}

export interface Opening {
  what: string;
  category: string;
  source: string;
  asset: string | null;
  lon: number | null;
  lat: number | null;
  place: string;
  commune: string;
  happened_at: number;
}

/** Open an event; kept « non transmis » while the core is away, opened on screen as soon as it is known. */
export async function open(opening: Opening, local: string): Promise<void> {
  const { happened_at, ...given } = opening;
  // whoever works for some communes only opens events there, place or not
  given.commune ||= homeOf(session.me?.rights, 'incidents');
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== ''));
  const done = await outbox.send('incidents.open', fields, happened_at, opening.what, local);
  const event = done?.events.find((one) => one.type === 'incidents.opened');
  if (!event) {
    if (outbox.waits(local)) notices.done(t('incident.kept'));
    return;
  }
  const id = String(event.incident);
  ours(id);
  const place = opening.lon !== null && opening.lat !== null ? { lon: opening.lon, lat: opening.lat } : null;
  desk.show({ kind: 'incident', id }, place);
  notices.done(t('incident.opened', { number: String(event.number) }));
}

/** Write what was said on an event that is already open, instead of opening the same twice. */
export async function tellOf(incident: string, opening: Opening, local: string): Promise<void> {
  await outbox.send('logbook.write', { text: opening.what, incident }, opening.happened_at, opening.what, local);
  openIncident(incident);
}

/** Read one event, open or closed. */
export function read(id: string): Promise<Shown> {
  return get<Shown>(`/api/incidents/${id}`);
}
