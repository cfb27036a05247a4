import { describe, expect, it } from 'vitest';

import { decodeFrame } from '../src/feed/frame';

function encode(header: object, lamps: [number, number, number, number][], moves: [number, number, number, number, number][]): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify({ ...header, lamps: lamps.length, moves: moves.length }));
  const buffer = new ArrayBuffer(4 + text.length + lamps.length * 8 + moves.length * 16);
  const view = new DataView(buffer);
  view.setUint32(0, text.length, true);
  new Uint8Array(buffer).set(text, 4);
  let at = 4 + text.length;
  for (const [index, state, level, flags] of lamps) {
    view.setUint32(at, index, true);
    view.setUint8(at + 4, state);
    view.setUint8(at + 5, level);
    view.setUint16(at + 6, flags, true);
    at += 8;
  }
  for (const [index, lon, lat, heading, speed] of moves) {
    view.setUint32(at, index, true);
    view.setFloat32(at + 4, lon, true);
    view.setFloat32(at + 8, lat, true);
    view.setUint16(at + 12, heading, true);
    view.setUint16(at + 14, speed, true);
    at += 16;
  }
  return buffer;
}

const HEADER = { epoch: 'e1', after: 3, upto: 4, at: 1_750_000_000_000_000, snapshot: false, rows: {}, gone: {} };

describe('decodeFrame', () => {
  it('reads the header, the lamps and the moves whatever the alignment of the header', () => {
    for (const pad of ['', 'x', 'xx', 'xxx']) {
      const frame = decodeFrame(encode({ ...HEADER, pad }, [[7, 1, 80, 0x0201], [34_000, 4, 0, 0]], [[9, 5.04, 47.32, 270, 31]]));
      expect(frame.header.upto).toBe(4);
      expect([...frame.lamps.index]).toEqual([7, 34_000]);
      expect([...frame.lamps.word]).toEqual([0x0201_5001, 4]);
      expect(frame.moves.lon[0]).toBeCloseTo(5.04, 5);
      expect(frame.moves.heading[0]).toBe(270);
    }
  });

  it('keeps French text whole', () => {
    const rows = { logbook: [{ id: 'a', v: { text: 'Départ 3 déclenché' } }] };
    expect(decodeFrame(encode({ ...HEADER, rows }, [], [])).header.rows.logbook?.[0]?.v).toEqual({ text: 'Départ 3 déclenché' });
  });

  it('refuses a frame cut short', () => {
    expect(() => decodeFrame(encode(HEADER, [[1, 1, 1, 0]], []).slice(0, -3))).toThrow(RangeError);
  });
});
