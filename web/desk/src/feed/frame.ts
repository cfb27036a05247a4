/** Frames of the live feed: bytes to typed messages, no socket (docs/architecture.md "Feed"). */

export interface FrameRow {
  id: string | number;
  v: unknown;
}

export interface FrameHeader {
  epoch: string | number;
  after: number;
  upto: number;
  /** City time, µs UTC. */
  at: number;
  snapshot: boolean;
  rows: Record<string, FrameRow[]>;
  gone: Record<string, (string | number)[]>;
  lamps: number;
  moves: number;
  position?: number;
  health?: Record<string, unknown>;
  [more: string]: unknown;
}

/** Eight bytes of an asset's picture, column by column. */
export interface Lamps {
  index: Uint32Array;
  /** Lowest byte state, then level, then flags: one little-endian word as the shader reads it. */
  word: Uint32Array;
}

export interface Moves {
  index: Uint32Array;
  lon: Float32Array;
  lat: Float32Array;
  heading: Uint16Array;
  speed: Uint16Array;
}

export interface Frame {
  header: FrameHeader;
  lamps: Lamps;
  moves: Moves;
}

const LAMP_BYTES = 8;
const MOVE_BYTES = 16;

/** Decode one binary message; throws RangeError when its length disagrees with its header. */
export function decodeFrame(buffer: ArrayBuffer): Frame {
  const view = new DataView(buffer);
  const headerLength = view.getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, headerLength));
  const header = JSON.parse(text) as FrameHeader;
  const start = 4 + headerLength;
  const expected = start + header.lamps * LAMP_BYTES + header.moves * MOVE_BYTES;
  if (buffer.byteLength !== expected) {
    throw new RangeError(`frame of ${buffer.byteLength} bytes, its header says ${expected}`);
  }
  return {
    header,
    lamps: readLamps(view, start, header.lamps),
    moves: readMoves(view, start + header.lamps * LAMP_BYTES, header.moves),
  };
}

function readLamps(view: DataView, start: number, count: number): Lamps {
  const index = new Uint32Array(count);
  const word = new Uint32Array(count);
  for (let i = 0, at = start; i < count; i++, at += LAMP_BYTES) {
    index[i] = view.getUint32(at, true);
    word[i] = view.getUint32(at + 4, true);
  }
  return { index, word };
}

function readMoves(view: DataView, start: number, count: number): Moves {
  const moves = {
    index: new Uint32Array(count),
    lon: new Float32Array(count),
    lat: new Float32Array(count),
    heading: new Uint16Array(count),
    speed: new Uint16Array(count),
  };
  for (let i = 0, at = start; i < count; i++, at += MOVE_BYTES) {
    moves.index[i] = view.getUint32(at, true);
    moves.lon[i] = view.getFloat32(at + 4, true);
    moves.lat[i] = view.getFloat32(at + 8, true);
    moves.heading[i] = view.getUint16(at + 12, true);
    moves.speed[i] = view.getUint16(at + 14, true);
  }
  return moves;
}
