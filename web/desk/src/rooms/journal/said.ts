/** How a line of the journal reads: its sentence, its facts under their names, never a placeholder. */

import { findSentence, say } from '../../i18n/index.svelte';
import { session } from '../../store/session.svelte';

type Facts = Record<string, unknown>;

/** Return the facts of a line as its sentence takes them: accounts and classes of alarm named, lists counted. */
export function named(data: Facts): Facts {
  const said = { ...data };
  if (typeof data.account === 'string') said.account = session.nameOf(data.account);
  if (typeof data.alarm_class === 'string') said.alarm_class = className(data.kind, data.alarm_class);
  if (Array.isArray(data.left)) {
    const codes = [...new Set(data.left.map((one: unknown[]) => one[2]))];
    said.count = codes.length;
    said.codes = codes.join(', ');
  }
  return said;
}

/** A return does not repeat the kind: a class of one name reads alike wherever it is. */
function className(kind: unknown, name: string): string {
  const known = typeof kind === 'string' ? kind : session.kinds.find((one) => session.alarmClass(one.name, name))?.name;
  return say(session.alarmClass(known ?? '', name)?.label).replace(/\s*\{name\}/, '') || name;
}

/** Return the sentence of an event, nothing when the catalogue has none; a fact left at its default reads as a dash. */
export function saidOf(type: string, data: Facts): string | null {
  const { code, params } = data;
  // a line that tells another one says it in full
  const told = typeof code === 'string' ? findSentence(code, (params ?? {}) as Facts) : null;
  return (told ?? findSentence(type, named(data)))?.replace(/\{\w+\}/g, '–') ?? null;
}
