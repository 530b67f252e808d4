// One block of an event stream, line by line (HTML 9.2.5 and 9.2.6), and the JSON in its data.

import { readable } from './bytes.ts';
import { jsonParts, lineKind } from './classes.ts';
import { Fields, type Field, type FieldName } from './field.ts';

const NAMES: Record<string, FieldName> = { id: 'sse-id', event: 'sse-event', retry: 'sse-retry', '': 'sse-comment' };

/** `text` has one character for each byte. */
export function blockFields(text: string): Field[] {
  const fields = new Fields();
  for (const line of text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []) {
    const said = line.replace(/[\r\n]+$/, '');
    // A line that begins by a colon is a comment; one space behind the colon is not of the value.
    const [, name, colon, value] = /^([^:]*)(:? ?)(.*)$/.exec(said) as unknown as [string, string, string, string];
    if (said === '') fields.add(line.length, 'frame', 'block-end', '');
    else if (name === 'data') {
      fields.add(name.length + colon.length, 'event', 'sse-data', '');
      json(fields, value);
      fields.add(line.length - said.length, 'event', 'line-end', '');
    } else fields.add(line.length, lineKind(name, value), NAMES[name] ?? 'sse-other', readable(said));
  }
  return fields.all;
}

/** A JSON text: a body, a message, or the data of a block. */
export function jsonFields(text: string, at = 0): Field[] {
  const fields = new Fields(at);
  json(fields, text);
  return fields.all;
}

function json(fields: Fields, text: string): void {
  for (const part of jsonParts(text)) fields.add(part.text.length, part.kind, part.name, readable(part.text));
}
