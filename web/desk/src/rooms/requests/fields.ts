/** From the form to what is asked of the core. */

import { i18n, t } from '../../i18n/index.svelte';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import type { Draft } from './drafts';
import { callBackAt, type Heard } from './model';

export type Outcome = 'informed' | 'passed_on' | 'call_back';

/** Return where it is: chosen, else the first that was understood. */
export function whereOf(draft: Draft, found: Heard | null): Draft['picks'] {
  const { asset, lon, lat } = draft.picks;
  if (asset || lon !== undefined) return { ...(asset ? { asset } : {}), ...(lon === undefined ? {} : { lon }), ...(lat === undefined ? {} : { lat }) };
  const first = found?.assets[0];
  if (first) return { asset: first.id, lon: first.lon, lat: first.lat };
  const place = found?.places[0];
  return place ? { lon: place.lon, lat: place.lat } : {};
}

/** Return the fields of `requests.record`; `found` is what was understood of these very words, or nothing. */
export function fieldsOf(
  draft: Draft, { said, call, outcome, found, danger }: { said: string; call: string; outcome: Outcome | null; found: Heard | null; danger: boolean },
): Record<string, unknown> {
  const { picks } = draft;
  const where = whereOf(draft, found);
  const category = found?.categories[0];
  const place = found?.places[0];
  const ended = outcome ?? (picks.sheet ? 'informed' : null);
  const contact = { name: draft.name.trim(), phone: draft.phone.trim(), email: draft.email.trim(), channel: draft.channel, lang: i18n.lang };
  const dangerous = danger && !picks.incident && !picks.follows && !ended;
  return {
    text: said.slice(0, 2000), category: category?.name ?? '', trade: category?.trade ?? '', source: 'phone', ...where,
    place: (found?.assets.find((one) => one.id === where.asset)?.label ?? place?.label ?? '').slice(0, 200),
    commune: place?.commune ?? found?.assets[0]?.commune ?? '', call,
    ...(contact.name || contact.phone || contact.email ? { contact } : {}),
    ...(ended ? {} : picks.incident ? { incident: picks.incident } : picks.follows ? { follows: picks.follows } : {}),
    ...(picks.open || dangerous ? { open: true } : {}),
    ...(ended ? { outcome: ended } : {}), ...(picks.sheet ? { sheet: picks.sheet } : {}),
    ...(ended === 'passed_on' ? { passed_to: (picks.transfer || t('requests.passedUnknown')).slice(0, 200) } : {}),
    ...(ended === 'call_back' ? { call_back_at: Math.round(callBackAt(said, live.cityNow(), session.zone)) } : {}),
  };
}
