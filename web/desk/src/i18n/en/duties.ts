/** Texts of the room: duties. */

import type { duties as reference } from '../fr/duties';

export const duties: Record<keyof typeof reference, string> = {};
