/** Texts of the room: directory. */

import type { directory as reference } from '../fr/directory';

export const directory: Record<keyof typeof reference, string> = {};
