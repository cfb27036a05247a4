/** The English catalogue: as complete as the French one, or it does not compile. */

import { account } from './en/account';
import { directory } from './en/directory';
import { dispatch } from './en/dispatch';
import { duties } from './en/duties';
import { incidents } from './en/incidents';
import { office } from './en/office';
import { requests } from './en/requests';
import { room } from './en/room';
import { seats } from './en/seats';
import { standby } from './en/standby';
import type { Key } from './fr';

export const en: Record<Key, string> = { ...room, ...office, ...incidents, ...seats, ...duties, ...dispatch, ...requests, ...directory, ...standby, ...account };
