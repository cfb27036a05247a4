/** The French catalogue: the reference, complete first. */

import { account } from './fr/account';
import { directory } from './fr/directory';
import { dispatch } from './fr/dispatch';
import { duties } from './fr/duties';
import { incidents } from './fr/incidents';
import { office } from './fr/office';
import { requests } from './fr/requests';
import { room } from './fr/room';
import { seats } from './fr/seats';
import { standby } from './fr/standby';

export const fr = { ...room, ...office, ...incidents, ...seats, ...duties, ...dispatch, ...requests, ...directory, ...standby, ...account };
export type Key = keyof typeof fr;
