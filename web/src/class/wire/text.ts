// Exchanges as plain text: every byte in hex and as a character, beside what it is.

import { GLYPHS, unit, whole, words, type Lang } from '../../words.ts';
import type { WayName } from '../../types.ts';
import { isPrintable, two } from './bytes.ts';
import { LETTERS } from './classes.ts';
import type { Dissected } from './dissect.ts';
import { bytesOf, sideOf, type Exchange } from './exchanges.ts';
import { inspectorWords } from './inspector-words.ts';
import { meaningOf } from './meaning.ts';

/** Bytes in a line. */
const ROW = 16;

/** The exchanges of several ways, one behind the other. */
export function asText(shown: readonly (readonly [WayName, Exchange])[], lang: Lang): string {
  return shown.map(([way, exchange]) => one(way, exchange, lang)).join('\n');
}

function one(way: WayName, exchange: Exchange, lang: Lang): string {
  const say = inspectorWords[lang];
  const size = (bytes: number) => unit(whole(bytes), 'B');
  const lines = [`${GLYPHS[way]} ${words[lang].lanes[way].name}, ${size(bytesOf(exchange.pieces))}`];
  for (const up of [true, false]) {
    const side = sideOf(exchange, up);
    lines.push(`${up ? '↑' : '↓'} ${up ? say.up : say.down}, ${size(bytesOf(side))}`);
    for (const dissected of side) lines.push(...pieceLines(dissected, lang));
  }
  return `${lines.join('\n')}\n`;
}

function pieceLines(dissected: Dissected, lang: Lang): string[] {
  const { piece, fields } = dissected;
  const lines = [new Date(piece.went_us / 1000).toISOString()];
  for (const field of fields) {
    const what = `${LETTERS[field.kind]} ${meaningOf(field, dissected, lang).title}`;
    for (let at = field.from; at < field.to; at += ROW) {
      const row = [...piece.bytes.subarray(at, Math.min(at + ROW, field.to))];
      const hex = row
        .map(two)
        .join(' ')
        .padEnd(ROW * 3 - 1);
      const text = row.map((byte) => (isPrintable(byte) ? String.fromCharCode(byte) : '.')).join('');
      lines.push(
        `${at.toString(16).padStart(4, '0')}  ${hex}  ${text.padEnd(ROW)}  ${at === field.from ? what : ''}`.trimEnd(),
      );
    }
  }
  const missing = piece.length - piece.bytes.length;
  return missing > 0 ? [...lines, inspectorWords[lang].missingBytes(unit(whole(missing), 'B'))] : lines;
}
