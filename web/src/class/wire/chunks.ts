// A chunked body taken apart (RFC 9112 7.1): what is framing, and where the data lies. A block or a body may lie in
// several chunks, and a chunk may reach over several pieces.

import type { Field } from './field.ts';

/** Where a body stands: before the size of a chunk, amid its data, or before the line end behind it. `left` is null if
 *  the size was in a piece that is not here any more. */
export type Stand = { name: 'size' } | { name: 'data'; left: number | null } | { name: 'end' };

export const START: Stand = { name: 'size' };
/** An extension may stand behind the size; nobody uses any. */
const SIZE = /^([0-9a-f]+)[ \t]*(?:;[^\r\n]*)?\r\n/i;
const LAST = /(?<=\n\r?\n)\r\n$/;

interface Unchunked {
  frames: Field[];
  /** From and to, ascending. */
  data: [number, number][];
  /** Where the next piece begins; null if this is no chunked body. */
  stand: Stand | null;
}

/** Nobody saw the beginning: a piece that begins by a size begins a chunk. */
export const guess = (text: string): Stand => (SIZE.test(text) ? START : { name: 'data', left: null });

/** `text` has one character for each byte. What cannot be read counts as data. */
export function unchunk(text: string, begin: Stand): Unchunked {
  const [frames, data]: [Field[], [number, number][]] = [[], []];
  const frame = (from: number, to: number, name: Field['name'], said: string) =>
    frames.push({ from, to, kind: 'frame', name, text: said });
  let [at, now]: [number, Stand] = [0, begin];
  while (at < text.length) {
    const rest = text.slice(at);
    if (now.name === 'data') {
      const end: number =
        now.left === null ? text.length - (LAST.exec(rest)?.[0].length ?? 0) : Math.min(text.length, at + now.left);
      if (end > at) data.push([at, end]);
      if (now.left === null) now = end < text.length ? { name: 'end' } : now;
      else now = end - at === now.left ? { name: 'end' } : { name: 'data', left: now.left - (end - at) };
      at = end;
      continue;
    }
    const found = (now.name === 'size' ? SIZE : /^\r\n/).exec(rest);
    if (!found) {
      data.push([at, text.length]);
      return { frames, data, stand: null };
    }
    const size = now.name === 'size' ? Number.parseInt(found[1]!, 16) : null;
    const name = size === null ? 'chunk-end' : size === 0 ? 'last-chunk' : 'chunk-size';
    frame(at, at + found[0].length, name, found[0].trim());
    now = size === null ? START : size === 0 ? { name: 'end' } : { name: 'data', left: size };
    at += found[0].length;
  }
  return { frames, data, stand: now };
}
