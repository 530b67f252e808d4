// The recordings of the four ways as the pieces that a lane's proxy would tell of them.

import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { Piece, PieceKind } from '../src/class/wire/piece.ts';
import type { WayName } from '../src/types.ts';
import { WAYS } from '../src/words.ts';

/** A block, with the framing that follows it; or what is left, which ends a stream. */
const BLOCK = /[\s\S]*?\n\n(?:\r\n)?|[\s\S]+$/g;
const crates = resolve(import.meta.dirname, '../../crates');

export interface Recording {
  way: WayName;
  name: string;
  /** As it stands in its file. */
  text: string;
  pieces: Piece[];
}

/** All there are. */
export const recordings: Recording[] = WAYS.flatMap((way) =>
  readdirSync(join(crates, way, 'transcripts')).map((file) => {
    const text = readFileSync(join(crates, way, 'transcripts', file), 'utf8');
    return { way, name: file.replace('.txt', ''), text, pieces: piecesOf(text) };
  }),
);

export const recorded = (way: WayName, name: string) =>
  recordings.find((one) => one.way === way && one.name === name)!.pieces;

export function piece(kind: PieceKind, up: boolean, bytes: Uint8Array | string, connection = 1): Piece {
  const whole = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  return { connection, up, kind, came_us: 1_000, went_us: 2_000, length: whole.length, bytes: whole };
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  /** What the server said behind its head since the last piece. */
  let said = '';
  const end = () => {
    const blocks = said.startsWith('{') ? [said] : (said.match(BLOCK) ?? []);
    pieces.push(...blocks.map((block) => piece(block.includes('\n\n') ? 'event' : 'body', false, block)));
    said = '';
  };
  /** The request or the answer whose head is not whole. */
  let head = '';
  for (const line of text.split('\n').filter((line) => /^[-<=]/.test(line))) {
    const [up, rest] = [line[1] === '>', line.slice(3)];
    const bytes = rest
      .replace('date: (now)', 'date: Mon, 23 Nov 2026 12:00:00 GMT')
      .replaceAll('\\r', '\r')
      .replaceAll('\\n', '\n');
    if (line.slice(0, 2).includes('=')) pieces.push(frame(up, rest));
    else if (head === '' && !/^(GET |HTTP\/)/.test(rest)) said += bytes;
    else {
      if (head === '') end();
      head += bytes;
      if (!head.endsWith('\r\n\r\n')) continue;
      pieces.push(piece(up ? 'request' : 'answer', up, head));
      head = '';
    }
  }
  end();
  return pieces;
}

/** `81 2d {"type":...}`; a close has its code in words. */
function frame(up: boolean, line: string): Piece {
  const head = /^(?:[0-9a-f]{2} )+/.exec(line)![0];
  const bytes = head
    .trim()
    .split(' ')
    .map((byte) => Number.parseInt(byte, 16));
  const code = /^close (\d+)$/.exec(line.slice(head.length))?.[1];
  const payload = code
    ? [Number(code) >> 8, Number(code) & 255]
    : [...new TextEncoder().encode(line.slice(head.length))];
  return piece(code ? 'close' : 'message', up, Uint8Array.from([...bytes, ...payload]));
}
