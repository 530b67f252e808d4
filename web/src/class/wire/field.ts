// A field: neighbouring bytes with one meaning.

import type { JsonName, WireClass } from './classes.ts';

/** What a field is; each has its words in `field-words.ts` and its specification in `specs.ts`. */
export type FieldName =
  | JsonName
  | 'request-line'
  | 'status-line'
  | 'after'
  | 'header'
  | 'head-end'
  | 'chunk-size'
  | 'chunk-end'
  | 'last-chunk'
  | 'sse-id'
  | 'sse-event'
  | 'sse-data'
  | 'sse-retry'
  | 'sse-comment'
  | 'sse-other'
  | 'line-end'
  | 'block-end'
  | 'frame-head'
  | 'frame-length'
  | 'frame-mask'
  | 'close-code'
  | 'close-reason'
  | 'ping-data'
  | 'binary'
  | 'unread';

export interface Field {
  /** Its first byte in the piece, and the one behind its last. */
  from: number;
  to: number;
  kind: WireClass;
  name: FieldName;
  /** What it says, as people read it: without its mask, without its line end. */
  text: string;
}

/** Writes fields one behind the other, from a place on. */
export class Fields {
  readonly all: Field[] = [];

  constructor(private at = 0) {}

  /** The next `bytes` bytes. None of no bytes. */
  add(bytes: number, kind: WireClass, name: FieldName, text: string): void {
    if (bytes > 0) this.all.push({ from: this.at, to: this.at + bytes, kind, name, text });
    this.at += bytes;
  }
}

/** What nobody understands: all of it, as it is. */
export function unread(text: string, at = 0): Field[] {
  const fields = new Fields(at);
  fields.add(text.length, 'event', 'unread', text);
  return fields.all;
}
