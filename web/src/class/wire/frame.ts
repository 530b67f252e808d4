// A WebSocket frame: its bits, its mask, its payload (RFC 6455 5.2).

import { jsonFields } from './block.ts';
import { hex, latin, readable } from './bytes.ts';
import { Fields, unread, type Field } from './field.ts';

export interface Frame {
  fin: boolean;
  /** Reserved for extensions, 0 to 7. */
  reserved: number;
  /** 0 goes on, 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
  opcode: number;
  masked: boolean;
  /** As the second byte says: 126 and 127 mean that the length follows, in 2 or 8 bytes. */
  short: number;
  /** Of the payload, in bytes. */
  length: number;
}

const [TEXT, CLOSE, PING, PONG] = [1, 8, 9, 10] as const;

/** The head that begins at `at`; null if there is not all of it. */
export function frameAt(bytes: Uint8Array, at = 0): Frame | null {
  const [first, second] = [bytes[at], bytes[at + 1]];
  if (first === undefined || second === undefined) return null;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < at + 2 + extended) return null;
  const long = bytes.subarray(at + 2, at + 2 + extended);
  const length = extended === 0 ? short : long.reduce((sum, byte) => sum * 256 + byte, 0);
  return { fin: first >= 0x80, reserved: (first >> 4) & 7, opcode: first & 0xf, masked: second >= 0x80, short, length };
}

/** All frames of a piece; usually one. */
export function frameFields(bytes: Uint8Array): Field[] {
  const all: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const frame = frameAt(bytes, at);
    if (!frame) return [...all, ...unread(latin(bytes.subarray(at)), at)];
    const found = oneFrame(bytes, at, frame);
    all.push(...found);
    at = found.at(-1)!.to;
  }
  return all;
}

function oneFrame(bytes: Uint8Array, at: number, frame: Frame): Field[] {
  const fields = new Fields(at);
  const extended = frame.short === 126 ? 2 : frame.short === 127 ? 8 : 0;
  const key_at = at + 2 + extended;
  const key = frame.masked ? bytes.subarray(key_at, key_at + 4) : new Uint8Array();
  const from = key_at + key.length;
  const masked = bytes.subarray(from, from + frame.length);
  const payload = frame.masked ? masked.map((byte, place) => byte ^ (key[place % 4] ?? 0)) : masked;
  fields.add(2, 'frame', 'frame-head', '');
  fields.add(extended, 'frame', 'frame-length', String(frame.length));
  fields.add(key.length, 'frame', 'frame-mask', hex(key));
  return [...fields.all, ...payloadFields(payload, from, frame)];
}

function payloadFields(payload: Uint8Array, at: number, { opcode, reserved }: Frame): Field[] {
  const fields = new Fields(at);
  const text = latin(payload);
  if (opcode === TEXT && reserved === 0) return jsonFields(text, at);
  if (opcode === CLOSE && payload.length >= 2) {
    fields.add(2, 'control', 'close-code', String(payload[0]! * 256 + payload[1]!));
    fields.add(payload.length - 2, 'control', 'close-reason', readable(text.slice(2)));
  } else if (opcode === PING || opcode === PONG) fields.add(payload.length, 'control', 'ping-data', hex(payload));
  else fields.add(payload.length, 'event', 'binary', hex(payload));
  return fields.all;
}
