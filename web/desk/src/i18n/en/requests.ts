/** Texts of the room: requests. */

import type { requests as reference } from '../fr/requests';

export const requests: Record<keyof typeof reference, string> = {};
