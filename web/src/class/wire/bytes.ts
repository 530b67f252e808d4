// Bytes as text.

/** One character for each byte, so that places in the text are places in the bytes. */
export function latin(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

const utf8 = new TextDecoder();
/** What `latin` gave, as people read it. */
export const readable = (text: string) => utf8.decode(Uint8Array.from(text, (char) => char.charCodeAt(0)));

/** ASCII that has a shape; the space too. */
export const isPrintable = (byte: number) => byte >= 0x20 && byte < 0x7f;

export const two = (byte: number) => byte.toString(16).padStart(2, '0').toUpperCase();
/** `81 50`. */
export const hex = (bytes: Uint8Array) => Array.from(bytes, two).join(' ');
