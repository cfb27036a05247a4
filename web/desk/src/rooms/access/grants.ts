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

/** How codes are said on this desk; « everywhere » gives the three axes when nothing cuts them. */
export interface Words {
  commune: (code: string) => string;
  trade: (name: string) => string;
  kind: (name: string) => string;
  everywhere: () => [string, string, string];
}

/** Spell where a role is held: communes × trades × kinds, in words. */
export function spellGrant(grant: RoleGrant, words: Words): string {
  const [communes, trades, kinds] = words.everywhere();
  const axis = (held: string[], one: (code: string) => string, all: string) => (held.includes(ANY) ? all : held.map(one).join(', '));
  const parts = [axis(grant.communes, words.commune, communes), axis(grant.trades, words.trade, trades)];
  if (!grant.kinds.includes(ANY)) parts.push(axis(grant.kinds, words.kind, kinds));
  return parts.join(' · ');
}

/** Write a secret in groups of four, as one reads it aloud to a telephone. */
export function inFours(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? '';
}
