/** What « what I am working on » shows. */

/** What a room's own panel shows (`DeskRoom.panels`). */
export type RoomKind = 'incident' | 'engage' | 'crew' | 'request' | 'contact' | 'duty';

export type Selection =
  | { kind: 'alarm'; id: string }
  | { kind: 'asset'; id: string }
  | { kind: 'order'; id: string }
  | { kind: 'compose'; target: OrderTarget }
  | { kind: RoomKind; id: string }
  | null;

export interface OrderTarget {
  /** The event it is for: in hand again once the order left. */
  incident?: string;
  assets?: string[];
  parents?: string[];
  street?: string;
  commune?: string;
  polygon?: [number, number][];
  everything?: boolean;
  /** How the room calls it. */
  label: string;
}
