/** Texts of the room: dispatch. */

import type { dispatch as reference } from '../fr/dispatch';

export const dispatch: Record<keyof typeof reference, string> = {};
