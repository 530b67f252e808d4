// Why the server refused something, in its own words: the title and the detail of a problem (RFC 9457).

/** Empty if the answer says nothing of the kind. */
export function reason(body: unknown): string {
  const { title, detail } = (body ?? {}) as { title?: unknown; detail?: unknown };
  return [title, detail].filter((text) => typeof text === 'string').join(': ');
}
