// The pieces of a lane, each cut into its fields. Pure: it knows no server and no page. What it does not understand is
// one field that says so, and the fields of a piece always are all of its bytes, in their order.

import { blockFields, jsonFields } from './block.ts';
import { latin } from './bytes.ts';
import { guess, START, unchunk, type Stand } from './chunks.ts';
import { unread, type Field } from './field.ts';
import { frameFields } from './frame.ts';
import { headFields, header } from './head.ts';
import { isWhole, type Piece } from './piece.ts';

export interface Dissected {
  piece: Piece;
  fields: Field[];
}

/** What the answer of a connection is made of; null where its head is not among the pieces any more. */
interface Known {
  chunked: boolean | null;
  stream: boolean;
  frames: boolean;
  stand: Stand | null;
}

const HEAD = /^(HTTP\/1|[A-Z]+ \S+ HTTP\/1)/;

/** Oldest first, as the server tells them. */
export function dissect(pieces: readonly Piece[]): Dissected[] {
  const connections = new Map<number, Known>();
  return pieces.map((piece) => {
    let known = connections.get(piece.connection);
    if (!known) {
      known = { chunked: null, stream: false, frames: false, stand: null };
      connections.set(piece.connection, known);
    }
    return { piece, fields: fieldsOf(piece, known) };
  });
}

function fieldsOf(piece: Piece, known: Known): Field[] {
  const text = latin(piece.bytes);
  const isFrame = ['message', 'ping', 'pong', 'close'].includes(piece.kind);
  if (isFrame || (piece.kind === 'lost' && known.frames)) {
    known.frames = true;
    return frameFields(piece.bytes);
  }
  if (HEAD.test(text)) {
    if (!piece.up) learn(text, known);
    return headFields(text);
  }
  if (piece.kind === 'event') known.stream = true;
  if (piece.up) return jsonFields(text);
  return isChunked(piece, text, known) ? chunked(piece, text, known) : content(text, known);
}

/** From the head of an answer: how the bytes behind it are to be read. */
function learn(head: string, known: Known): void {
  known.chunked = header(head, 'transfer-encoding').endsWith('chunked');
  known.stream = header(head, 'content-type').startsWith('text/event-stream');
  known.frames = head.startsWith('HTTP/1.1 101 ') && header(head, 'upgrade') === 'websocket';
  known.stand = known.chunked ? START : null;
}

/** Without its head, a body looks chunked if it begins by a size, a block also if it ends by one line end too many. */
function isChunked(piece: Piece, text: string, known: Known): boolean {
  if (known.chunked !== null) return known.chunked;
  const looks = guess(text) === START || (piece.kind === 'event' && /\n\r?\n\r\n$/.test(text));
  if (looks) known.chunked = true;
  return looks;
}

/** Framing and content, in the order of the bytes. */
function chunked(piece: Piece, text: string, known: Known): Field[] {
  const { frames, data, stand } = unchunk(text, known.stand ?? guess(text));
  // Of a piece that is not all here nobody knows where the next one begins.
  known.stand = isWhole(piece) ? stand : null;
  const inside = content(data.map(([from, to]) => text.slice(from, to)).join(''), known);
  return [...frames, ...inside.flatMap((field) => spread(field, data))].toSorted((a, b) => a.from - b.from);
}

function content(text: string, { stream }: Known): Field[] {
  if (stream) return blockFields(text);
  return /^[[{]/.test(text) ? jsonFields(text) : unread(text);
}

/** A field of the joined data, where it lies in the piece: in several parts if a chunk ends in it. */
function spread(field: Field, data: readonly [number, number][]): Field[] {
  const parts: Field[] = [];
  let before = 0;
  for (const [from, to] of data) {
    const [start, end] = [Math.max(field.from, before), Math.min(field.to, before + to - from)];
    if (start < end) parts.push({ ...field, from: from + start - before, to: from + end - before });
    before += to - from;
  }
  return parts;
}
