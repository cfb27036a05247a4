/** What was missed in an absence of the core, and in those that followed before anybody read it. */

import type { Told } from '../../shell/rooms';

export interface Absence {
  /** Whose eyes it is for. */
  account: string;
  since: number;
  until: number;
  total: number;
  lines: Told[];
}

/** What is listed one by one; beyond, the count says the rest. */
export const LISTED = 500;

/** Order lines, what is not known better than « while away » first, then the latest. */
export function latestFirst(lines: Told[]): Told[] {
  return lines.sort((a, b) => (b.at ?? Infinity) - (a.at ?? Infinity));
}

/** Add an absence to one that nobody read yet. */
export function merge(unread: Absence, came: Absence): Absence {
  const lines = latestFirst([...came.lines, ...unread.lines]).slice(0, LISTED);
  return { account: came.account, since: unread.since, until: came.until, total: unread.total + came.total, lines };
}
