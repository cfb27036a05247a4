/** Which kinds are drawn on which desk, and by which shape. */

import { desk } from '../store/desk.svelte';
import { picture } from '../store/picture';
import { rankOf } from './grid';
import { session } from '../store/session.svelte';

/** 0 lamp, 1 square (what feeds), 2 diamond (junctions), 3 round (the rest); moving kinds are drawn as arrows. */
const FAMILY: Record<string, number> = {
  street_light: 0, cabinet: 1, cabinet_group: 1, circuit: 1, building: 1, gateway: 3, junction: 2, bollard: 2, camera: 3,
};
const MOVING = new Set(['vehicle', 'bus']);
/** Present in the register but noise on a map unless asked for. */
const OFF_BY_DEFAULT = new Set(['gateway', 'circuit', 'parking_meter']);

/** Tell whether a kind is drawn on the desk in front of us. */
export function kindShown(name: string): boolean {
  const asked = desk.hiddenKinds.has(name);
  if (OFF_BY_DEFAULT.has(name)) return asked;
  if (asked) return false;
  const kind = session.kind(name);
  return desk.page !== 'lighting' || !kind || kind.trade === 'lighting' || MOVING.has(name);
}

/** Return the shape family of a kind's place in /api/kinds, -1 when it is not drawn as a point. */
export function familyOf(kind: number): number {
  const name = session.kinds[kind]?.name ?? '';
  if (MOVING.has(name) || !kindShown(name)) return -1;
  return FAMILY[name] ?? 3;
}

/** Tell whether a slot can be seen and picked; an alarm always is. */
export function isVisible(slot: number): boolean {
  if (picture.lon[slot] === 0 && picture.lat[slot] === 0) return false;
  if (rankOf(picture, slot) <= 4) return true;
  return kindShown(session.kinds[picture.kind[slot]!]?.name ?? '');
}

/** Return the places in /api/kinds of what moves. */
export function vehicleKinds(): ReadonlySet<number> {
  const found = new Set<number>();
  session.kinds.forEach((kind, place) => {
    if (MOVING.has(kind.name) && kindShown(kind.name)) found.add(place);
  });
  return found;
}
