// The pieces of a lane put together to what belongs together: a request with its answer, a ping with its pong, a close
// with its reply; an event or a message stands for itself.

import { latin } from './bytes.ts';
import type { Dissected } from './dissect.ts';
import type { Field } from './field.ts';
import { isWhole, type PieceKind } from './piece.ts';

export interface Exchange {
  connection: number;
  /** What it began by; of a request whose beginning is not here any more, what is left. */
  kind: PieceKind;
  pieces: Dissected[];
}

/** Which piece goes on with what another began. */
const FOLLOWS: Partial<Record<PieceKind, readonly PieceKind[]>> = {
  answer: ['request'],
  body: ['request', 'answer', 'body'],
  pong: ['ping'],
  close: ['close'],
};

/** Oldest first. */
export function exchangesOf(pieces: readonly Dissected[]): Exchange[] {
  const all: Exchange[] = [];
  const newest = new Map<number, Exchange>();
  for (const one of pieces) {
    const { connection } = one.piece;
    const open = newest.get(connection);
    if (open && goesOn(open, one)) {
      open.pieces.push(one);
      continue;
    }
    const exchange = { connection, kind: one.piece.kind, pieces: [one] };
    all.push(exchange);
    newest.set(connection, exchange);
  }
  return all;
}

function goesOn({ pieces }: Exchange, { piece }: Dissected): boolean {
  const { kind, up } = pieces.at(-1)!.piece;
  if (!FOLLOWS[piece.kind]?.includes(kind)) return false;
  // An answer comes from the other end, and so do a pong and the reply to a close; a body behind its own head.
  return piece.kind === 'body' ? up === piece.up : up !== piece.up;
}

export const sideOf = ({ pieces }: Exchange, up: boolean) => pieces.filter(({ piece }) => piece.up === up);

/** In both directions, or in one. */
export const bytesOf = (pieces: readonly Dissected[]) => pieces.reduce((sum, { piece }) => sum + piece.length, 0);

/** Whether it is all here: no piece was shortened, lost, or has left the server's memory before the others. */
export function isComplete({ kind, pieces }: Exchange): boolean {
  const begins = kind !== 'answer' && kind !== 'body';
  return begins && pieces.every(({ piece }) => piece.kind !== 'lost' && isWhole(piece));
}

/** The fields of that name, with the bytes of each. */
export function fieldsNamed({ pieces }: Exchange, name: Field['name']): Field[] {
  return pieces.flatMap(({ fields }) => fields.filter((field) => field.name === name));
}

/** When the last of it had passed, in Unix microseconds of the server. */
export const endOf = ({ pieces }: Exchange) => Math.max(...pieces.map(({ piece }) => piece.went_us));

/** `GET`, `101`: the method of its request and the status of its answer, as far as it has them. */
export function methodAndStatus({ pieces }: Exchange): { method: string; status: string } {
  const firstOf = (wanted: PieceKind) => {
    const found = pieces.filter(({ piece }) => piece.kind === wanted).at(-1);
    return found ? latin(found.piece.bytes.subarray(0, 32)) : '';
  };
  const method = /^[A-Z]+/.exec(firstOf('request'))?.[0] ?? '';
  const status = /^HTTP\/\S+ (\d{3})/.exec(firstOf('answer'))?.[1] ?? '';
  return { method, status };
}
