/** The English catalogue: as complete as the French one, or it does not compile. */

import { office } from './en/office';
import { room } from './en/room';
import type { Key } from './fr';

export const en: Record<Key, string> = { ...room, ...office };
