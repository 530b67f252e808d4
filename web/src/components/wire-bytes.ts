// A recorded line of a conversation, cut into pieces by what they are for, and its length on the wire. Pure. What is for
// what, the inspector says for both.

import { headerKind, jsonParts, lineKind, startParts, type WireClass } from '../class/wire/classes.ts';

interface Piece {
  text: string;
  kind: WireClass;
}

export interface WireLine {
  /** Sent by the client, sent by the server, or a remark of the recorder. */
  from: 'client' | 'server' | 'note';
  pieces: Piece[];
  /** How many bytes it was on the wire. */
  length: number;
  /** How many of them were events, as JSON. */
  payload: number;
}

/** `Mon, 23 Nov 2026 12:00:00 GMT`: a date always has this length (RFC 9110 5.6.7). The recording leaves it out. */
const DATE_LENGTH = 29;
const utf8 = new TextEncoder();

export function readTranscript(text: string): WireLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(readLine);
}

function readLine(line: string): WireLine {
  const [arrow, rest] = [line.slice(0, 2), line.slice(3)];
  if (arrow.trim() === '') return { from: 'note', pieces: [{ text: rest, kind: 'header' }], length: 0, payload: 0 };
  const from = arrow.endsWith('>') ? 'client' : 'server';
  // A WebSocket frame has its head as hex numbers, its payload as text (RFC 6455 5.2).
  const head = arrow.includes('=') ? (/^(?:[0-9a-f]{2} )+/.exec(rest)?.[0] ?? '') : '';
  const pieces = head ? body(rest.slice(head.length)) : plain(rest);
  const sum = (some: readonly Piece[]) => some.reduce((bytes, { text }) => bytes + lengthOf(text), 0);
  const length = head.length / 3 + sum(pieces);
  const payload = sum(pieces.filter(({ kind }) => kind === 'payload'));
  return { from, pieces: head ? [{ text: head, kind: 'frame' }, ...pieces] : pieces, length, payload };
}

/** CR and LF stand in the recording as `\r` and `\n`. */
function lengthOf(text: string): number {
  if (/^close \d+$/.test(text)) return 2; // its code (RFC 6455 5.5.1)
  const bytes = utf8.encode(text.replaceAll(/\\[rn]/g, '.')).length;
  return text.startsWith('date: (now)') ? bytes - '(now)'.length + DATE_LENGTH : bytes;
}

function plain(text: string): Piece[] {
  if (/^(\\r)?\\n$/.test(text) || /^[0-9A-F]+\\r\\n$/.test(text)) return [{ text, kind: 'frame' }];
  if (/^(GET |HTTP\/)/.test(text)) return startParts(text);
  if (/^data:|^\{/.test(text)) return body(text);
  const [, name, value] = /^([\w-]+): ?(.*?)(?:\\r)?\\n$/.exec(text) ?? ['', '', ''];
  const isLine = ['id', 'event', 'retry'].includes(name!);
  return [{ text, kind: isLine ? lineKind(name!, value!) : headerKind(name!) }];
}

/** A close frame stands in the recording by its code. */
const body = (text: string): Piece[] => (/^close \d/.test(text) ? [{ text, kind: 'control' }] : jsonParts(text));
