/** The main courante page after page: facts first, then positions; the visa under a line; which may be corrected. */

import type { LogEntry, Micros } from '../../api/types';

export type Compartment = '' | 'police' | 'video';

export interface Visa {
  id: string;
  first: number;
  last: number;
  lines: number;
  signed_by: string | null;
  signed_at: Micros;
  compartment: Compartment;
}

/** How long the core takes a *rectificatif* (`KEPT_IN_MEMORY` of src/beffroi/logbook/changes.py). */
const CORRECTABLE = 3 * 86_400_000_000;

/** Whose main courante a line belongs to. */
export function compartmentOf(line: LogEntry): Compartment {
  const trade = line.scope[1];
  return trade === 'police' || trade === 'video' ? trade : '';
}

/** The visa under a line among those that came with it, or nothing. */
export function visaOf(line: LogEntry, visas: Visa[]): Visa | undefined {
  const own = compartmentOf(line);
  return visas.find((visa) => visa.compartment === own && visa.first <= line.position && line.position <= visa.last);
}

/** Tell whether a line may still have its *rectificatif*, by its own age. */
export function correctable(line: LogEntry, now: Micros): boolean {
  return line.source === 'typed' && !line.corrected_by && now - line.recorded_at < CORRECTABLE;
}

/** The lines already shown that come after those just read again: none when all that there is was read. */
export function following(shown: LogEntry[], again: LogEntry[], size: number): LogEntry[] {
  const last = again.at(-1);
  if (!last || again.length < size) return [];
  return shown.filter((line) => line.happened_at < last.happened_at || (line.happened_at === last.happened_at && line.position < last.position));
}
