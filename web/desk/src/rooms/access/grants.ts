/** Roles held over communes, trades and kinds, as one line of text that a person can type and read. */

import type { Text } from '../../api/types';

export interface RoleGrant {
  role: string;
  communes: string[];
  trades: string[];
  kinds: string[];
}

export interface Role {
  name: string;
  rights: string[];
  label: Text;
}

const ANY = '*';

/** Read « 21231, 21355 » as a list; nothing means everywhere. */
export function readScope(text: string): string[] {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  return parts.length ? parts : [ANY];
}

/** Write a grant: its role, then where it is cut. */
export function writeGrant(grant: RoleGrant, role: string): string {
  const cuts = [grant.communes, grant.trades, grant.kinds].filter((axis) => !(axis.length === 1 && axis[0] === ANY));
  return cuts.length ? `${role} (${cuts.map((axis) => axis.join(', ')).join(' · ')})` : role;
}
