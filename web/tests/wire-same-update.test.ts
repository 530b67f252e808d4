// The same update four ways, the moves of the inspector, its words, and what it saves as text.

import { describe, expect, test } from 'vitest';

import { dissect } from '../src/class/wire/dissect.ts';
import { exchangesOf, type Exchange } from '../src/class/wire/exchanges.ts';
import { ASKED } from '../src/class/wire/headers-asked.ts';
import { headerWords } from '../src/class/wire/headers-told.ts';
import { meaningOf, spokenOf } from '../src/class/wire/meaning.ts';
import type { Piece } from '../src/class/wire/piece.ts';
import { byClass, clearest, sameUpdates, without, type ByWay } from '../src/class/wire/same-update.ts';
import { across, along, itemsOf, type Item } from '../src/class/wire/selection.ts';
import { addressOf, FRAME_SPECS, SPECS } from '../src/class/wire/specs.ts';
import { asText } from '../src/class/wire/text.ts';
import { readTranscript } from '../src/components/wire-bytes.ts';
import { WAYS, type Lang } from '../src/words.ts';
import { recorded, recordings } from './wire-recorded.ts';

const LANGS: Lang[] = ['en', 'zh'];
const exchanges = (pieces: readonly Piece[]) => exchangesOf(dissect(pieces));
const lanes = (name = 'first') =>
  Object.fromEntries(WAYS.map((way) => [way, exchanges(recorded(way, name))])) as ByWay<Exchange[]>;

describe('the same update', () => {
  test('is what all four recordings have', () => {
    const found = sameUpdates(lanes());
    expect(found.map(({ seq }) => seq)).toEqual([993, 994]);
    const [, { ways }] = found as [unknown, (typeof found)[0]];
    expect(WAYS.map((way) => ways[way].update)).toEqual([77, 77, 77, 77]);
    expect(WAYS.map((way) => ways[way].others)).toEqual([1, 1, 0, 0]);
    expect(ways.ws).toMatchObject({ total: 79, up: 0, down: 79 });
    expect(ways.sse).toMatchObject({ total: 'id: ck0d7l-994\ndata: \n\n\r\n'.length + 77, up: 0 });
  });

  test('costs what the recording of its exchange counts', () => {
    const { text } = recordings.find(({ way, name }) => way === 'poll' && name === 'first')!;
    const lines = readTranscript(text);
    const sum = (from: string) => lines.reduce((bytes, line) => bytes + (line.from === from ? line.length : 0), 0);
    const { poll } = sameUpdates(lanes())[0]!.ways;
    expect([poll.up, poll.down]).toEqual([sum('client'), sum('server')]);
    expect(poll.total).toBe(poll.up + poll.down);
    expect(Object.values(byClass(poll.exchange)).reduce((one, two) => one + two)).toBe(poll.total);
  });

  test('is not what came in an exchange that is not all here', () => {
    const known = lanes();
    const [request, answer, body] = recorded('poll', 'first') as [Piece, Piece, Piece];
    for (const poll of [
      [answer, body],
      [request, answer, { ...body, length: body.length + 1 }],
      [request, { ...answer, kind: 'lost' as const }, body],
      [],
    ]) {
      const all = { ...known, poll: exchanges(poll) };
      expect(sameUpdates(all)).toEqual([]);
      expect(without(all)).toEqual(['poll']);
    }
    expect(without(known)).toEqual([]);
  });

  test('is not another one of the same number', () => {
    const other = recorded('poll', 'first').map((one) => {
      const text = new TextDecoder().decode(one.bytes).replaceAll('"at":17', '"at":18');
      return { ...one, bytes: new TextEncoder().encode(text) };
    });
    expect(sameUpdates({ ...lanes(), poll: exchanges(other) })).toEqual([]);
  });

  test('is shown best where nothing else came with it', () => {
    const [two, last] = sameUpdates(lanes()) as [ReturnType<typeof sameUpdates>[0], ReturnType<typeof sameUpdates>[0]];
    const alone = { ...two, ways: structuredClone(two.ways) };
    for (const way of WAYS) alone.ways[way].others = 0;
    expect(clearest([alone, two, last])).toBe(0);
    expect(clearest([two, last])).toBe(1);
    expect(clearest([])).toBe(-1);
  });
});

describe('the keys', () => {
  const items = Object.fromEntries(WAYS.map((way) => [way, itemsOf(lanes()[way][0])])) as ByWay<Item[]>;

  test('go along the fields, what the client said first, and stop at the ends', () => {
    expect(items.poll[0]!.field.name).toBe('request-line');
    expect(items.poll.at(-1)!.of.piece.kind).toBe('body');
    const last = items.poll.length - 1;
    expect(along({ way: 'poll', place: 0 }, items.poll, -1).place).toBe(0);
    expect(along({ way: 'poll', place: last - 1 }, items.poll, 1).place).toBe(last);
    expect(along({ way: 'poll', place: last }, items.poll, 1).place).toBe(last);
  });

  test('go across to the same header, over ways that have nothing, and no further than the last', () => {
    const place = items.poll.findIndex(({ field }) => field.text.startsWith('x-content-type-options'));
    const sse = across({ way: 'poll', place }, { ...items, 'long-poll': [], ws: [] }, 1);
    expect(sse.way).toBe('sse');
    expect(items.sse[sse.place]!.field.text).toBe('x-content-type-options: nosniff');
    expect(across(sse, items, 1)).toEqual(sse);
    expect(across({ way: 'poll', place: 0 }, items, -1)).toEqual({ way: 'poll', place: 0 });
  });

  test('go to the same place where the field is not there', () => {
    const etag = items.poll.findIndex(({ field }) => field.text.startsWith('etag'));
    expect(across({ way: 'poll', place: etag }, items, 1)).toEqual({ way: 'long-poll', place: etag });
  });
});

describe('the words', () => {
  const dissected = recordings.flatMap(({ pieces }) => dissect(pieces));

  test.each(LANGS)('every field of the recordings has them, %s', (lang) => {
    for (const of of dissected) {
      for (const field of of.fields) {
        const { title, says, spec } = meaningOf(field, of, lang);
        expect(title).not.toBe('');
        expect(says, field.name).toMatch(lang === 'zh' ? /[\u4e00-\u9fff].*[。；]$/ : /^[^\u4e00-\u9fff]+[.]$/);
        expect(says).not.toMatch(/undefined|NaN/);
        if (spec !== null) expect(addressOf(spec)).toMatch(/^https:/);
        expect(spokenOf(field, of, lang)).toContain(title);
      }
    }
  });

  test('every specification has an address', () => {
    const headers = [...Object.keys(ASKED), 'x-accel-buffering', 'x-content-type-options', 'x-other'];
    const specs = [
      ...Object.values(SPECS),
      ...Object.values(FRAME_SPECS),
      ...[true, false].flatMap((up) => headers.map((name) => headerWords(name, up).spec)),
    ];
    for (const spec of specs) if (spec !== null) expect(addressOf(spec)).toMatch(/^https:\/\//);
    expect(() => addressOf('RFC nothing')).toThrow('there is no address of RFC nothing');
  });

  test('headers are known by their name or their family, however they are written', () => {
    expect(headerWords('Sec-Fetch-Mode', true)).toBe(ASKED['sec-fetch-']);
    expect(headerWords('sec-ch-ua', true)).toBe(ASKED['sec-ch-ua-']);
    expect(headerWords('ETag', false).spec).toBe('RFC 9110 8.8.3');
    expect(headerWords('Access-Control-Allow-Origin', false).spec).toBe('Fetch, CORS protocol');
    expect(headerWords('x-other', true).spec).toBe('RFC 9110 5.1');
    expect(headerWords('Cache-Control', true)).not.toBe(headerWords('Cache-Control', false));
  });

  test('the head of a frame is told bit by bit', () => {
    const of = dissect(recorded('ws', 'first'))[3]!;
    const { bits, says } = meaningOf(of.fields[0]!, of, 'en');
    expect(bits.map(({ bits }) => bits)).toEqual(['1', '000', '0001', '0', '1001110']);
    expect(says).toContain('One whole frame (text), its payload 78\u202fB.');
  });
});

test.each(LANGS)('the text has every byte, %s', (lang) => {
  for (const { way, pieces } of recordings) {
    for (const exchange of exchanges(pieces)) {
      const hex = [
        ...asText([[way, exchange]], lang).matchAll(/^[0-9a-f]{4} {2}((?:[0-9A-F]{2} )*[0-9A-F]{2})(?: |$)/gm),
      ];
      const bytes = hex.flatMap(([, row]) => row!.split(' ').map((byte) => Number.parseInt(byte, 16)));
      const sides = [true, false].flatMap((up) => exchange.pieces.filter(({ piece }) => piece.up === up));
      expect(bytes).toEqual(sides.flatMap(({ piece }) => [...piece.bytes]));
    }
  }
});

test('the text says what was not kept', () => {
  const [piece] = recorded('poll', 'first') as [Piece];
  const [exchange] = exchanges([{ ...piece, length: piece.length + 1000 }]) as [Exchange];
  expect(asText([['poll', exchange]], 'en')).toContain('1,000\u202fB more were not kept');
});
