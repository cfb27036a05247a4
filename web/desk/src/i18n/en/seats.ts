/** Texts of the room: seats. */

import type { seats as reference } from '../fr/seats';

export const seats: Record<keyof typeof reference, string> = {};
