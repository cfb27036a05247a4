/** Texts of the room: incidents. */

import type { incidents as reference } from '../fr/incidents';

export const incidents: Record<keyof typeof reference, string> = {};
