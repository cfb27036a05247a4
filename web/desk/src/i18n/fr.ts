/** The French catalogue: the reference, complete first. */

import { office } from './fr/office';
import { room } from './fr/room';

export const fr = { ...room, ...office };
export type Key = keyof typeof fr;
