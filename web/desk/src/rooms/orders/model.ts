/** Orders, overrides and lock-outs as the feed carries them. */

import type { Micros } from '../../api/types';
import { i18n, t, tn } from '../../i18n/index.svelte';
import { formatNumber } from '../../i18n/interpolate';
import { live } from '../../store/live.svelte';
import { session } from '../../store/session.svelte';
import { topics, type Topic } from '../../store/topics.svelte';
import { until as untilText } from '../../ui/format';

export type Command = 'level_pct' | 'programme';

export interface SelectionBody {
  assets?: string[];
  parents?: string[];
  street?: string;
  commune?: string;
  polygon?: [number, number][];
  everything?: boolean;
}

export interface OrderRow {
  id: string;
  command: Command;
  value: number;
  until: Micros | null;
  selection: SelectionBody;
  place: string;
  points: number;
  counts: Record<string, number>;
  state: 'waiting' | 'approved' | 'following' | 'ended' | 'refused' | 'cancelled' | 'expired';
  requested_by: string | null;
  requested_at: Micros;
  not_after: Micros;
  digest: string;
  approve_before: Micros | null;
  approved_by: string | null;
  broke_glass: boolean;
  countersign_before: Micros | null;
  countersigned_by: string | null;
  countersign_overdue: boolean;
  sent_at: Micros | null;
  ended_at: Micros | null;
}

export interface OverrideRow {
  id: string;
  level_pct: number;
  until: Micros;
  points: number;
  place: string;
}

export interface LockRow {
  id: string;
  asset: string;
  place: string;
  holder: string;
  certificate: string;
  since: Micros;
}

export interface Preview {
  points: number;
  receives: number;
  excluded: Record<string, number>;
  darkens: number;
  lights: number;
  needs_second: boolean;
  safe: boolean;
  place: string;
}

export const orders: Topic<OrderRow> = topics.of<OrderRow>('orders');
export const overrides: Topic<OverrideRow> = topics.of<OverrideRow>('overrides');
export const locks: Topic<LockRow> = topics.of<LockRow>('locks');

/** Return what an order does and until when, as its button says it: « Allumer à 100 % jusqu'à 06:30 ». */
export function describe(command: Command, value: number, until: Micros | null): string {
  const verb =
    command === 'programme' ? t('orders.programme')
    : value <= 0 ? t('orders.off')
    : t(value >= 100 ? 'orders.on' : 'orders.dim', { pct: formatNumber(value, i18n.lang, 0) });
  if (command === 'programme' || until === null) return verb;
  return t('orders.until', { verb, at: untilText(until, live.now, i18n.lang, session.zone) });
}

/** Return where an order applies, as the room says it. */
export function whereOf(row: { place: string; points: number; selection?: SelectionBody }): string {
  const points = tn('orders.points', row.points);
  if (row.place) return `${row.place} · ${points}`;
  if (row.selection?.everything) return `${t('orders.everything')} · ${points}`;
  return points;
}

/** Tell whether it is still being followed or waited for. */
export function isOpen(row: OrderRow): boolean {
  return row.state === 'waiting' || row.state === 'approved' || row.state === 'following';
}
