// Servers for the clients: one that replays recorded bytes, and one that does what each test says. Both note
// the requests that they got.

import { readFileSync } from 'node:fs';
import net, { type AddressInfo, type Socket } from 'node:net';
import { vi } from 'vitest';
import { FetchEventSource } from './event-source';
import { NetWebSocket } from './web-socket';

export interface Asked {
  path: string;
  after: string | null;
  headers: Record<string, string>;
}

export interface Server {
  asked: Asked[];
  close(): Promise<void>;
}

/** What happens to a request: bytes are written, `cut` closes the connection; without it,
 *  the connection stays open. */
export type Act = (string | Buffer | 'cut')[];

/** Answers the requests of all connections with `acts`, one after the other; later ones wait for ever. The
 *  globals of a browser lead there until `vi.unstubAllGlobals()`. */
export async function serve(acts: Act[]): Promise<Server> {
  const [asked, sockets] = [[] as Asked[], new Set<Socket>()];
  const server = net.createServer((socket) => {
    let text = '';
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        asked.push(parsed(text.slice(0, end)));
        text = text.slice(end + 4);
        for (const step of acts[asked.length - 1] ?? []) {
          if (step === 'cut') socket.end();
          else socket.write(step);
        }
      }
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const real = globalThis.fetch;
  vi.stubGlobal('location', { href: `${base}/en/board` });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => real(new URL(url, base), init));
  vi.stubGlobal('EventSource', FetchEventSource);
  vi.stubGlobal('WebSocket', NetWebSocket);
  return {
    asked,
    close: () => {
      vi.stubGlobal('fetch', real);
      for (const socket of sockets) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

function parsed(head: string): Asked {
  const [line = '', ...fields] = head.split('\r\n');
  const path = line.split(' ')[1] ?? '';
  const headers = Object.fromEntries(
    fields.map((field) =>
      field
        .toLowerCase()
        .split(/: (.*)/s)
        .slice(0, 2),
    ),
  );
  return { path, after: new URL(path, 'http://x').searchParams.get('after'), headers };
}

/** The acts of a recorded session, up to what only a client that talks would hear; with the cursor that it
 *  began with. */
export function recorded(way: string, name: string): { acts: Act[]; after: string; text: string } {
  const file = new URL(`../../../crates/${way}/transcripts/${name}.txt`, import.meta.url);
  const [acts, whole] = [[] as Act[], readFileSync(file, 'utf8')];
  const told = whole.split(/^=> /m)[0] ?? '';
  for (const line of told.split('\n')) {
    const [, kind, rest = ''] = /^(->|<-|<=) (.*)$/.exec(line) ?? [];
    if (kind === '->' && rest.startsWith('GET ')) acts.push([]);
    if (kind === '<-') acts.at(-1)?.push(rest.replace(/\\n$/, '\n').replace(/\\r(?=\n$)/, '\r'));
    if (kind === '<=') acts.at(-1)?.push(frame(rest));
  }
  if (name === 'shutdown') acts.at(-1)?.push('cut');
  const [, after = ''] = /(?:after=|last-event-id: )(\w+-\d+)/.exec(told) ?? [];
  return { acts, after, text: told.replace(/^->.*$/gm, '') };
}

/** `81 2d {"type":...}`: the head of a frame in hexadecimal, then its payload; a close has a code. */
function frame(line: string): Buffer {
  const [, head = '', payload = ''] = /^((?:[0-9a-f]{2} )+)(.*)$/.exec(line) ?? [];
  const close = /^close (\d+)$/.exec(payload);
  const body = Buffer.from(close ? [Number(close[1]) >> 8, Number(close[1]) & 255] : payload);
  return Buffer.concat([Buffer.from(head.replaceAll(' ', ''), 'hex'), body]);
}

/** A whole answer. */
export function answer(status: number, body = '', ...fields: string[]): string {
  const head = [`HTTP/1.1 ${status} Status`, ...fields];
  if (status !== 204 && status !== 304) head.push(`content-length: ${Buffer.byteLength(body)}`);
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
/** The head of a stream; its body lasts until the connection ends. */
export const STREAM = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n';
/** The head of a WebSocket. */
export const UPGRADE = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';

export const quote = (seq: number, symbol = 'ACME') =>
  JSON.stringify({ seq, at: 1_700_000_000_000_000 + seq, symbol, value: 1, change: 0 });

/** A text frame. */
export const text = (json: string) => Buffer.concat([Buffer.from([0x81, Buffer.byteLength(json)]), Buffer.from(json)]);

/** An answer of polling or long polling with these events. */
export const news = (epoch: string, seqs: number[], end = false) => {
  const events = seqs.map((seq) => quote(seq, `S${seq % 2}`));
  return `{"epoch":"${epoch}","cursor":"${epoch}-${seqs.at(-1)}","events":[${events}],"gap":null,"end":${end}}`;
};

/** Events of a stream with their ids. */
export const told = (epoch: string, ...seqs: number[]) =>
  seqs.map((seq) => `id: ${epoch}-${seq}\ndata: ${quote(seq)}\n\n`).join('');
