// The fields of the wire inspector: of the recordings, of frames made by hand, and of bytes that mean nothing.

import { describe, expect, test } from 'vitest';

import { dissect } from '../src/class/wire/dissect.ts';
import { exchangesOf, isComplete, methodAndStatus } from '../src/class/wire/exchanges.ts';
import type { Field } from '../src/class/wire/field.ts';
import type { Piece, PieceKind } from '../src/class/wire/piece.ts';
import { piece, recorded, recordings } from './wire-recorded.ts';

const fields = (pieces: readonly Piece[]) => dissect(pieces).map(({ fields }) => fields);
const only = (one: Piece) => fields([one])[0]!;
const said = (all: readonly Field[]) => all.map(({ name, text }) => `${name} ${text}`.trim());

/** No byte is left out, and none is in two fields. */
function expectAll(pieces: readonly Piece[]): void {
  for (const { piece, fields } of dissect(pieces)) {
    expect(fields.map(({ from }) => from)).toEqual([0, ...fields.map(({ to }) => to)].slice(0, fields.length));
    expect(fields.at(-1)?.to).toBe(piece.bytes.length);
  }
}

describe.each(recordings)('$way/$name', ({ text, pieces }) => {
  test('every byte is in one field, and every field is understood', () => {
    expect(pieces.length).toBeGreaterThan(0);
    expectAll(pieces);
    expect(said(fields(pieces).flat()).filter((field) => field.startsWith('unread'))).toEqual([]);
  });

  test('the events are those of the recording', () => {
    const events = text.match(/\{"seq":[^}]*\}/g) ?? [];
    const found = fields(pieces)
      .flat()
      .filter(({ name }) => name === 'update');
    expect(found.map(({ text }) => text)).toEqual(events);
    for (const { text } of found) expect(JSON.parse(text)).toHaveProperty('seq');
  });

  test('the fields are the same when the pieces before are not here any more', () => {
    const whole = fields(pieces);
    for (const [place] of pieces.entries()) expect(fields(pieces.slice(place))).toEqual(whole.slice(place));
  });

  test('a chunk has as many bytes of data as its size says', () => {
    for (const all of fields(pieces)) {
      let left = 0;
      for (const { name, text, from, to } of all) {
        if (name === 'chunk-size') left = Number.parseInt(text, 16);
        else if (name !== 'chunk-end' && name !== 'last-chunk') left -= to - from;
        // A chunk may go on in the next piece, but it never has more than it said.
        else if (all.some((field) => field.name === 'chunk-size')) expect(left).toBe(0);
      }
    }
  });
});

test('a request and its answer, field by field', () => {
  const [request, answer, body] = recorded('poll', 'resume');
  expect(said(only(request!))).toEqual([
    'request-line GET /poll/stock-price?',
    'after after=ck0d7l-998',
    'request-line  HTTP/1.1',
    'header host: localhost',
    'head-end',
  ]);
  expect(only(answer!).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'start status-line',
    'header header',
    'header header',
    'cursor header',
    'header header',
    'header header',
    'header header',
    'frame head-end',
  ]);
  expect(only(body!).map(({ kind }) => kind)).toEqual([
    'event',
    'cursor',
    'event',
    'payload',
    'event',
    'payload',
    'event',
  ]);
});

test('a gap is control, wherever it stands', () => {
  const gap = (way: 'poll' | 'ws' | 'sse') =>
    fields(recorded(way, 'gap'))
      .flat()
      .filter(({ kind }) => kind === 'control')
      .map(({ text }) => text);
  expect(gap('poll')).toEqual(['"gap":{"first":null,"last":1000,"reason":"foreign"}']);
  expect(gap('ws')).toEqual(['{"type":"gap","first":null,"last":1001,"reason":"foreign"}']);
  expect(gap('sse')).toEqual(['event: gap', '{"first":null,"last":1001,"reason":"foreign"}']);
});

test('the first block of a stream lies in two chunks', () => {
  const [, , first] = recorded('sse', 'first');
  expect(said(only(first!))).toEqual([
    'chunk-size C',
    'sse-retry retry: 2162',
    'chunk-end',
    'chunk-size 33',
    'sse-event event: hello',
    'sse-data',
    'envelope {"epoch":"ck0d7l","head":1000}',
    'line-end',
    'block-end',
    'chunk-end',
  ]);
});

test('a field in which a chunk ends is there in both chunks', () => {
  const bytes = '6\r\nid: a-\r\n11\r\n1\ndata: {"a":1}\n\n\r\n';
  const split = only(piece('event', false, bytes));
  expectAll([piece('event', false, bytes)]);
  expect(split.filter(({ name }) => name === 'sse-id')).toEqual([
    { from: 3, to: 9, kind: 'cursor', name: 'sse-id', text: 'id: a-1' },
    { from: 15, to: 17, kind: 'cursor', name: 'sse-id', text: 'id: a-1' },
  ]);
});

test('a block amid a chunk does not say that it is in one', () => {
  const blocks = ['data: 2\n\n', 'data: 3\n\n\r\n'].map((bytes) => piece('event', false, bytes));
  const names = fields(blocks).map((all) => all.map(({ name }) => name).slice(-2));
  expect(names).toEqual([
    ['line-end', 'block-end'],
    ['block-end', 'chunk-end'],
  ]);
});

test('comments, unknown lines and CR LF in a stream that is not chunked', () => {
  const head = piece('answer', false, 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n');
  const block = piece('event', false, ': hello\r\ncolour: red\r\ndata\r\ndata:a\r\n\r\n');
  expect(said(fields([head, block])[1]!)).toEqual([
    'sse-comment : hello',
    'sse-other colour: red',
    'sse-data',
    'line-end',
    'sse-data',
    'envelope a',
    'line-end',
    'block-end',
  ]);
});

describe('frames', () => {
  const utf8 = new TextEncoder();
  const masked = (head: number[], key: number[], payload: Uint8Array) =>
    Uint8Array.from([...head, ...key, ...payload.map((byte, place) => byte ^ key[place % 4]!)]);

  test('what a browser says is read without its mask', () => {
    const op = utf8.encode('{"op":"say","text":"价格"}');
    const bytes = masked([0x81, 0x80 | op.length], [0x12, 0x34, 0x56, 0x78], op);
    expect(said(only(piece('message', true, bytes)))).toEqual([
      'frame-head',
      'frame-mask 12 34 56 78',
      'envelope {"op":"say","text":"价格"}',
    ]);
  });

  test.each([
    [126, [0x01, 0x00], 256],
    [127, [0, 0, 0, 0, 0, 1, 0, 0], 65_536],
  ])('a length of %i stands in the bytes behind it', (short, extended, length) => {
    const bytes = Uint8Array.from([0x82, short, ...extended, ...new Uint8Array(length)]);
    const found = only(piece('message', false, bytes));
    expect(found.map(({ name, from, to }) => [name, to - from])).toEqual([
      ['frame-head', 2],
      ['frame-length', extended.length],
      ['binary', length],
    ]);
    expect(found[1]!.text).toBe(String(length));
  });

  test('a close has a code and may have a reason; a ping may have data, or nothing', () => {
    const close = [0x88, 0x06, 0x03, 0xe9, ...utf8.encode('stop')];
    expect(said(only(piece('close', false, Uint8Array.from(close))))).toEqual([
      'frame-head',
      'close-code 1001',
      'close-reason stop',
    ]);
    expect(said(only(piece('ping', false, Uint8Array.of(0x89, 1, 0xff))))).toEqual(['frame-head', 'ping-data FF']);
    expect(said(only(piece('pong', true, Uint8Array.of(0x8a, 0x80, 1, 2, 3, 4))))).toEqual([
      'frame-head',
      'frame-mask 01 02 03 04',
    ]);
  });

  test('what is lost is read as what it would have been', () => {
    const lost = piece('lost', false, Uint8Array.of(0x81, 2, 0x7b, 0x7d));
    expect(said(fields([...recorded('ws', 'first').slice(0, 2), lost])[2]!)).toEqual(['frame-head', 'envelope {}']);
  });
});

test('bytes that mean nothing are shown, whatever they are said to be', () => {
  const kinds: PieceKind[] = ['request', 'answer', 'body', 'event', 'message', 'ping', 'close', 'lost'];
  // The same bytes in each run (Park and Miller's generator).
  let seed = 1;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const parts = [
    'data: {',
    '\n\n',
    '\r\n',
    'A\r\n',
    '0\r\n\r\n',
    'HTTP/1.1 200 OK\r\n',
    'transfer-encoding: chunked\r\n',
    '{"seq":1',
  ];
  for (let run = 0; run < 400; run += 1) {
    const pieces = Array.from({ length: 1 + next(5) }, () => {
      const text = Array.from({ length: 1 + next(6) }, () => parts[next(parts.length)]!).join('');
      const random = Uint8Array.from({ length: 1 + next(20) }, () => next(256));
      return piece(kinds[next(kinds.length)]!, next(2) === 0, next(3) === 0 ? random : text, next(2));
    });
    expectAll(pieces);
  }
});

test('a piece of which only the beginning is kept', () => {
  const whole = recorded('sse', 'first');
  const cut = { ...whole[2]!, bytes: whole[2]!.bytes.subarray(0, 30) };
  expectAll([cut]);
  // The next piece begins a chunk of its own, although the end of this one was not seen.
  expect(fields([...whole.slice(0, 2), cut, ...whole.slice(3)]).slice(3)).toEqual(fields(whole).slice(3));
  expect(isComplete(exchangesOf(dissect([cut]))[0]!)).toBe(false);
});

describe('exchanges', () => {
  const kinds = (pieces: readonly Piece[]) =>
    exchangesOf(dissect(pieces)).map(({ pieces }) => pieces.map(({ piece }) => piece.kind).join(' '));

  test('of the recordings', () => {
    expect(kinds(recorded('long-poll', 'first'))).toEqual(['request answer body', 'request answer body']);
    expect(kinds(recorded('poll', 'heartbeat'))).toEqual(['request answer']);
    expect(kinds(recorded('sse', 'shutdown'))).toEqual(['request answer', 'event', 'event', 'body']);
    expect(kinds(recorded('ws', 'shutdown'))).toEqual(['request answer', 'message', 'message', 'close close']);
  });

  test('two connections do not mix, and a pong belongs to its ping', () => {
    const ping = piece('ping', false, Uint8Array.of(0x89, 0), 1);
    const pong = piece('pong', true, Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0), 1);
    const request = piece('request', true, 'GET / HTTP/1.1\r\n\r\n', 2);
    const answer = piece('answer', false, 'HTTP/1.1 204 No Content\r\n\r\n', 2);
    expect(kinds([ping, request, pong, answer])).toEqual(['ping pong', 'request answer']);
    expect(kinds([pong, pong])).toEqual(['pong', 'pong']);
    expect(methodAndStatus(exchangesOf(dissect([request, answer]))[0]!)).toEqual({ method: 'GET', status: '204' });
  });

  test('an answer without its request is not complete', () => {
    const [exchange] = exchangesOf(dissect(recorded('poll', 'first').slice(1)));
    expect(exchange!.kind).toBe('answer');
    expect(isComplete(exchange!)).toBe(false);
  });
});
