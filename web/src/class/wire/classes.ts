// What the bytes of a conversation are for, as the colours of the page know it: the one place that says which is which.
// The recordings of the lessons and the inspector both ask here. Pure.

/** The classes of the bytes. */
export type WireClass = 'start' | 'header' | 'frame' | 'cursor' | 'event' | 'payload' | 'control';

/** In the order of the key, each with the letter that stands for it where colours do not. */
export const LETTERS: Record<WireClass, string> = {
  payload: 'P',
  start: 'S',
  header: 'H',
  frame: 'F',
  cursor: 'C',
  event: 'E',
  control: 'X',
};

/** What a part of a JSON text is. */
export type JsonName = 'update' | 'cursor' | 'gap' | 'error' | 'envelope';

interface Part<Name> {
  text: string;
  kind: WireClass;
  name: Name;
}

/** An event's JSON, the only object that begins with a number of the log; a cursor; a gap that is there. */
const INSIDE = /(?<update>\{"seq":[^{}]*\})|(?<cursor>"cursor":"[^"]*")|(?<gap>(?:"gap":)?\{"first":[^{}]*\})/g;
const KINDS: Record<JsonName, WireClass> = {
  update: 'payload',
  cursor: 'cursor',
  gap: 'control',
  error: 'control',
  envelope: 'event',
};

/** The body of an answer, a message, or what stands behind `data:`. Joined, its parts are the text. */
export function jsonParts(text: string): Part<JsonName>[] {
  const type = /^\{"type":"(gap|error|cursor)"/.exec(text)?.[1] as 'gap' | 'error' | 'cursor' | undefined;
  if (type) return [{ text, kind: KINDS[type], name: type }];
  return cut<JsonName>(text, INSIDE, 'envelope').map(({ text, name }) => ({ text, name, kind: KINDS[name] }));
}

/** The first line of a request or an answer; a request may say in its target where it goes on. */
export function startParts(text: string): Part<'start' | 'after'>[] {
  const parts = cut<'start' | 'after'>(text, /(?<after>\bafter=[^& ]+)/g, 'start');
  return parts.map(({ text, name }) => ({ text, name, kind: name === 'after' ? 'cursor' : 'start' }));
}

/** Headers that make a resume possible, or spare an answer that is known already. */
export const headerKind = (name: string): WireClass =>
  /^(etag|if-none-match|last-event-id)$/i.test(name) ? 'cursor' : 'header';

/** A line of an event stream, by its name and its value. */
export function lineKind(name: string, value: string): WireClass {
  if (name === 'id') return 'cursor';
  return name === 'event' && value === 'gap' ? 'control' : 'event';
}

/** Names what the groups of `pattern` find, and what lies between. */
function cut<Name extends string>(text: string, pattern: RegExp, between: Name): { text: string; name: Name }[] {
  const parts: { text: string; name: Name }[] = [];
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    const name = Object.entries(found.groups ?? {}).find(([, part]) => part !== undefined)?.[0];
    if (found.index > at) parts.push({ text: text.slice(at, found.index), name: between });
    parts.push({ text: found[0], name: name as Name });
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), name: between });
  return parts;
}
