/** A curve as uPlot wants it: seconds, highest and lowest of each bucket. */

export interface CurveData {
  at: number[];
  low: number[];
  high: number[];
}

type Bucket = { at?: number; time?: number; min?: number; max?: number; low?: number; high?: number; value?: number };

const US = 1_000_000;

/** Read the answer of /curve: columns, buckets or triples, times in µs. */
export function readCurve(raw: unknown): CurveData {
  const curve: CurveData = { at: [], low: [], high: [] };
  const body = (raw ?? {}) as Record<string, unknown>;
  const times = (body.at ?? body.times ?? body.time) as number[] | undefined;
  if (Array.isArray(times)) {
    const low = (body.min ?? body.low ?? body.values ?? body.value) as number[];
    const high = (body.max ?? body.high ?? body.values ?? body.value) as number[];
    times.forEach((at, i) => push(curve, at, low[i]!, high[i]!));
    return curve;
  }
  const list = (Array.isArray(raw) ? raw : (body.points ?? body.items ?? body.buckets ?? [])) as (Bucket | number[])[];
  for (const item of list) {
    if (Array.isArray(item)) push(curve, item[0]!, item[1]!, item[2] ?? item[1]!);
    else push(curve, (item.at ?? item.time)!, (item.min ?? item.low ?? item.value)!, (item.max ?? item.high ?? item.value)!);
  }
  return curve;
}

function push(curve: CurveData, at: number, low: number, high: number): void {
  curve.at.push(at / US);
  curve.low.push(low);
  curve.high.push(high);
}
