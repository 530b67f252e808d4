// The head of a request or an answer: its first line, its headers, the blank line (RFC 9112 2.1).

import { readable } from './bytes.ts';
import { headerKind, startParts } from './classes.ts';
import { Fields, type Field } from './field.ts';

/** `text` has one character for each byte. */
export function headFields(text: string): Field[] {
  const fields = new Fields();
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  for (const [place, line] of lines.entries()) {
    const said = line.replace(/\r?\n$/, '');
    if (said === '') fields.add(line.length, 'frame', 'head-end', '');
    else if (place === 0) first(fields, line);
    else fields.add(line.length, headerKind(said.split(':')[0]!), 'header', readable(said));
  }
  return fields.all;
}

function first(fields: Fields, line: string): void {
  const name = line.startsWith('HTTP/') ? 'status-line' : 'request-line';
  for (const part of startParts(line)) {
    const said = readable(part.text.replace(/\r?\n$/, ''));
    fields.add(part.text.length, part.kind, part.name === 'after' ? 'after' : name, said);
  }
}

/** The value of a header in a head, in lower case; empty if it is not there. */
export function header(text: string, name: string): string {
  const line = text.split(/\r?\n/).find((line) => line.toLowerCase().startsWith(`${name}:`));
  return (
    line
      ?.slice(name.length + 1)
      .trim()
      .toLowerCase() ?? ''
  );
}
