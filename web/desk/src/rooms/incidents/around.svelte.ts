/** What stands around an event or an alarm, asked by its place and read by every part of its panel. */

import { get, query } from '../../api/client';
import { explain } from '../../shell/notice.svelte';
import { live } from '../../store/live.svelte';
import { locks } from '../orders/model';
import type { Around, IncidentRow } from './types';

const RADIUS_M = 150;
/** No row tells that a neighbour went dark or that a crew came near. */
const AGAIN_US = 30_000_000;

/** What has things around it: an event, or an alarm that opened none. */
export type Placed = Pick<IncidentRow, 'id' | 'lon' | 'lat' | 'asset' | 'changed_at'>;

export class AroundOf {
  found = $state.raw<Around | null>(null);
  problem = $state('');

  /** Made while a panel begins; follows what it is about, what is known of it stays until newer comes. */
  constructor(row: () => Placed | null) {
    const id = $derived(row()?.id);
    const lon = $derived(row()?.lon ?? null);
    const lat = $derived(row()?.lat ?? null);
    const asset = $derived(row()?.asset ?? null);
    const changed = $derived(row()?.changed_at);
    const turn = $derived(Math.floor(live.now / (AGAIN_US * Math.max(1, live.rate))));
    let shown: string | undefined;
    $effect(() => {
      // a second trip, a circuit locked out, the return of the link, time itself
      void [changed, locks.version, live.lost, turn];
      const here = lon === null || lat === null ? undefined : id;
      if (here !== shown) {
        this.found = null;
        this.problem = '';
      }
      shown = here;
      if (!here) return;
      const abort = new AbortController();
      get<Around>(`/api/around${query({ lon, lat, radius_m: RADIUS_M, asset, incident: here })}`, abort.signal).then(
        (around) => {
          this.found = around;
          this.problem = '';
        },
        (error) => {
          if (!abort.signal.aborted && !this.found) this.problem = explain(error);
        },
      );
      return () => abort.abort();
    });
  }
}
