// A WebSocket on node:net, as far as the client needs one (RFC 6455): Node 20 has none. It reads real frames.

import net from 'node:net';

export class NetWebSocket {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly #socket: net.Socket;
  #bytes = Buffer.alloc(0);
  #open = false;
  #code = 1006;

  constructor(url: string | URL) {
    const { protocol, hostname, port, pathname, search } = new URL(url);
    if (protocol !== 'ws:') throw new SyntaxError(`no WebSocket address: ${protocol}`);
    this.#socket = net.connect(Number(port), hostname, () => {
      const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13';
      const key = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==';
      const head = [`GET ${pathname}${search} HTTP/1.1`, 'host: localhost', upgrade, key];
      this.#socket.write(`${head.join('\r\n')}\r\n\r\n`);
    });
    this.#socket.on('data', (bytes) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      this.#read();
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.onclose?.({ code: this.#code }));
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(): void {
    if (!this.#open) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!this.#bytes.toString().startsWith('HTTP/1.1 101 ')) return void this.#socket.destroy();
      this.#bytes = this.#bytes.subarray(end + 4);
      this.#open = true;
      this.onopen?.();
    }
    for (;;) {
      const long = this.#bytes[1] === 126;
      const start = long ? 4 : 2;
      if (this.#bytes.length < start) return;
      const end = start + (long ? this.#bytes.readUInt16BE(2) : this.#bytes.readUInt8(1));
      if (this.#bytes.length < end) return;
      const [kind, payload] = [this.#bytes.readUInt8(0) & 15, this.#bytes.subarray(start, end)];
      this.#bytes = this.#bytes.subarray(end);
      if (kind === 1) this.onmessage?.({ data: payload.toString() });
      if (kind === 8) {
        this.#code = payload.readUInt16BE(0);
        return void this.#socket.destroy();
      }
    }
  }
}
