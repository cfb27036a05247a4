/** Texts of the room: standby. */

import type { standby as reference } from '../fr/standby';

export const standby: Record<keyof typeof reference, string> = {};
