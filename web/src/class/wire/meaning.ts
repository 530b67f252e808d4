// What is shown of a field: its name, its sentence, and where the specification says it.

import { unit, whole, type Lang } from '../../words.ts';
import type { Dissected } from './dissect.ts';
import type { Field } from './field.ts';
import { fieldWords } from './field-words.ts';
import { frameAt } from './frame.ts';
import { bitsOf, frameSays, frameTitle, type Bits } from './frame-words.ts';
import { headerWords } from './headers-told.ts';
import { FRAME_SPECS, SPECS } from './specs.ts';

interface Meaning {
  title: string;
  says: string;
  /** `RFC 6455 5.2`; null if the format is this project's own. */
  spec: string | null;
  /** Of the head of a frame. */
  bits: Bits[];
}

/** `X-Accel-Buffering` of `X-Accel-Buffering: no`, as it was sent. */
export const nameOf = (line: string) => line.split(':')[0]!;

export function meaningOf(field: Field, { piece }: Dissected, lang: Lang): Meaning {
  const { name, text } = field;
  if (name === 'header') {
    const known = headerWords(nameOf(text), piece.up);
    return { title: nameOf(text), says: known[lang], spec: known.spec, bits: [] };
  }
  if (name === 'frame-head') {
    const frame = frameAt(piece.bytes, field.from);
    const spec = (frame && FRAME_SPECS[frame.opcode]) ?? SPECS[name];
    if (!frame) return { title: frameTitle(lang), says: '', spec, bits: [] };
    return { title: frameTitle(lang), says: frameSays(frame, lang), spec, bits: bitsOf(frame, lang) };
  }
  const { title, says } = fieldWords[lang][name];
  return { title, says: says(text), spec: SPECS[name], bits: [] };
}

/** For whoever does not see the cells: `Cache-Control, 25 B: Cache-Control: no-cache`. */
export function spokenOf(field: Field, of: Dissected, lang: Lang): string {
  const { title } = meaningOf(field, of, lang);
  const said = field.name === 'header' ? field.text.slice(nameOf(field.text).length + 1).trim() : field.text;
  return [title, unit(whole(field.to - field.from), 'B'), said].filter((part) => part !== '').join(', ');
}

const NUMBERS: readonly Field['name'][] = ['frame-head', 'frame-length', 'frame-mask', 'close-code', 'binary'];
/** Whether the bytes are not the text itself: they are numbers, or the client has masked them. */
export function isRaw({ name }: Field, { piece }: Dissected): boolean {
  const isFrame = ['message', 'ping', 'pong', 'close'].includes(piece.kind);
  return NUMBERS.includes(name) || (isFrame && (frameAt(piece.bytes)?.masked ?? false));
}
