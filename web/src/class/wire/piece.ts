// What passed on a lane, piece by piece, as `GET /api/class/exchanges` tells it.

/** What a piece is. */
export type PieceKind = 'request' | 'answer' | 'body' | 'event' | 'message' | 'ping' | 'pong' | 'close' | 'lost';

export interface Piece {
  /** Which connection of the lane, counted by its proxy. */
  connection: number;
  /** From the client to the server. */
  up: boolean;
  kind: PieceKind;
  /** When the last of it had come to the proxy and when that was handed on, in Unix microseconds of the server. */
  came_us: number;
  went_us: number;
  /** How many bytes it had. */
  length: number;
  /** Its beginning: the server keeps 16 KiB of one piece. */
  bytes: Uint8Array;
}

/** As the server writes it. */
export type Told = Omit<Piece, 'bytes'> & { client: string; base64: string };

export function pieceOf({ connection, up, kind, came_us, went_us, length, base64 }: Told): Piece {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return { connection, up, kind, came_us, went_us, length, bytes };
}

/** Whether all of its bytes are here. */
export const isWhole = ({ length, bytes }: Piece) => bytes.length === length;
