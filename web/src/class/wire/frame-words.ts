// The head of a frame in words: its bits one by one, and all of them as one sentence.

import { unit, whole, type Lang } from '../../words.ts';
import { codeWords } from './code-words.ts';
import type { Frame } from './frame.ts';

export interface Bits {
  /** As they stand in the byte. */
  bits: string;
  name: string;
  /** What they mean here. */
  says: string;
}

const en = {
  title: 'Head of a WebSocket frame',
  fin: (last: boolean): string => (last ? 'whole' : 'more follows'),
  reserved: 'reserved',
  unused: 'unused',
  used: 'an extension',
  opcode: (code: number) => `opcode ${code}`,
  mask: 'mask',
  masked: (is: boolean): string => (is ? 'yes' : 'no'),
  length: 'length',
  long: (bytes: 2 | 8) => `in the next ${bytes} bytes`,
  one: (what: string, bytes: string) => `One whole frame (${what}), its payload ${bytes}. `,
  part: (what: string, bytes: string) => `A part of a longer message (${what}), its payload ${bytes}. `,
  why: (masked: boolean): string =>
    masked
      ? 'What a browser sends is always masked: 4 bytes more for each frame.'
      : 'A server never masks what it sends.',
};

const zh: typeof en = {
  title: 'WebSocket 帧的头',
  fin: (last) => (last ? '完整' : '后面还有'),
  reserved: '保留',
  unused: '不用',
  used: '有扩展',
  opcode: (code) => `操作码 ${code}`,
  mask: '掩码',
  masked: (is) => (is ? '有' : '无'),
  length: '长度',
  long: (bytes) => `在后面 ${bytes} 个字节里`,
  one: (what, bytes) => `完整的一帧（${what}），载荷 ${bytes}。`,
  part: (what, bytes) => `一条长消息的一段（${what}），载荷 ${bytes}。`,
  why: (masked) => (masked ? '浏览器发出的总是带掩码：每一帧多 4 个字节。' : '服务器发出的从不加掩码。'),
};

const words: Record<Lang, typeof en> = { en, zh };

const binary = (number: number, digits: number) => number.toString(2).padStart(digits, '0');
const size = (bytes: number) => unit(whole(bytes), 'B');

/** The sixteen bits of every frame, from left to right. */
export function bitsOf(frame: Frame, lang: Lang): Bits[] {
  const say = words[lang];
  const { fin, reserved, opcode, masked, short } = frame;
  return [
    { bits: binary(Number(fin), 1), name: 'FIN', says: say.fin(fin) },
    { bits: binary(reserved, 3), name: say.reserved, says: reserved ? say.used : say.unused },
    { bits: binary(opcode, 4), name: say.opcode(opcode), says: codeWords[lang].opcode(opcode) },
    { bits: binary(Number(masked), 1), name: say.mask, says: say.masked(masked) },
    { bits: binary(short, 7), name: say.length, says: short < 126 ? size(short) : say.long(short === 126 ? 2 : 8) },
  ];
}

export const frameTitle = (lang: Lang) => words[lang].title;

export function frameSays({ fin, opcode, length, masked }: Frame, lang: Lang): string {
  const say = words[lang];
  const of = fin && opcode !== 0 ? say.one : say.part;
  return of(codeWords[lang].opcode(opcode), size(length)) + say.why(masked);
}
