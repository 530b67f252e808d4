// The bytes that the lessons count: checked against what the recordings themselves say about lengths.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { describe, expect, test } from 'vitest';

import { readTranscript, type WireLine } from '../src/components/wire-bytes.ts';

const crates = resolve(import.meta.dirname, '../../crates');
const all = ['poll', 'long-poll', 'sse', 'ws'].flatMap((way) => {
  const folder = join(crates, way, 'transcripts');
  return readdirSync(folder).map((name) => ({
    name: `${way}/${name}`,
    text: readFileSync(join(folder, name), 'utf8'),
  }));
});

const shown = ({ pieces }: WireLine) => pieces.map(({ text }) => text).join('');
const kinds = (line: string) => readTranscript(line)[0]!.pieces.map(({ kind, text }) => `${kind} ${text}`);

describe.each(all)('$name', ({ text }) => {
  const lines = readTranscript(text);

  test('shows every character of the recording', () => {
    expect(lines.map(shown)).toEqual(
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.slice(3)),
    );
  });

  test('counts a body as long as its content-length', () => {
    const lengths = lines.flatMap((line) => /^content-length: (\d+)/.exec(shown(line))?.[1] ?? []);
    const bodies = lines.filter((line) => shown(line).startsWith('{"epoch":'));
    expect(bodies.map(({ length }) => length)).toEqual(lengths.map(Number));
  });

  test('counts a chunk as long as its size says', () => {
    const sizes = lines.flatMap((line, place) => (/^[0-9A-F]+\\r\\n$/.test(shown(line)) ? [place] : []));
    for (const place of sizes) {
      const size = Number.parseInt(shown(lines[place]!), 16);
      const end = lines.findIndex((line, at) => at > place && shown(line) === '\\r\\n');
      expect(lines.slice(place + 1, end).reduce((sum, { length }) => sum + length, 0)).toBe(size);
    }
  });

  test('counts a frame as long as its head says', () => {
    for (const line of lines.filter(
      ({ pieces }) => pieces[0]?.kind === 'frame' && /^[0-9a-f]{2} /.test(pieces[0].text),
    )) {
      const head = line.pieces[0]!.text.trim().split(' ');
      expect(line.length - head.length).toBe(Number.parseInt(head[1]!, 16) & 0x7f);
    }
  });
});

test('every byte has its class', () => {
  expect(kinds('-> GET /poll/stock-price?after=ck0d7l-998 HTTP/1.1\\r\\n')).toEqual([
    'start GET /poll/stock-price?',
    'cursor after=ck0d7l-998',
    'start  HTTP/1.1\\r\\n',
  ]);
  expect(kinds('<- data: {"seq":1,"at":2,"symbol":"ACME"}\\n')).toEqual([
    'event data: ',
    'payload {"seq":1,"at":2,"symbol":"ACME"}',
    'event \\n',
  ]);
  expect(kinds('<- 2A\\r\\n')).toEqual(['frame 2A\\r\\n']);
  expect(kinds('<- id: ck0d7l-993\\n')).toEqual(['cursor id: ck0d7l-993\\n']);
  expect(kinds('<= 88 02 close 1001')).toEqual(['frame 88 02 ', 'control close 1001']);
  expect(kinds('   (a price)')).toEqual(['header (a price)']);
});

test('a date is counted at its full length', () => {
  expect(readTranscript('<- date: (now)\\r\\n')[0]!.length).toBe('date: Mon, 23 Nov 2026 12:00:00 GMT\r\n'.length);
});
