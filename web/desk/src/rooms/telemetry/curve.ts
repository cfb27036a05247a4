/** A curve as uPlot wants it: seconds, lowest and highest of each column of pixels. */

export interface Curve {
  grain: string;
  step: number;
  /** From when (µs), least, greatest, mean, how many readings. */
  points: [number, number, number, number, number][];
}

export interface CurveData {
  at: number[];
  low: number[];
  high: number[];
}

const US = 1_000_000;

/** Turn the server's points into columns. */
export function columnsOf(curve: Curve): CurveData {
  return {
    at: curve.points.map(([at]) => at / US),
    low: curve.points.map(([, low]) => low),
    high: curve.points.map(([, , high]) => high),
  };
}
