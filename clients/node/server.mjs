// The built server as a process: started, killed, stopped, and started again on the same port.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { within } from './wait.mjs';

export const BINARY =
  process.env.FOURWAYS_BIN ?? fileURLToPath(new URL('../../target/debug/fourways', import.meta.url));
// The same market in every life: a server that starts again goes on with the same numbers.
const MARKET = ['--seed', '7', '--start', '2026-01-01T00:00:00Z'];

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Server {
  /** `host:port`, and the origin of its pages. */
  address = '';
  origin = '';
  /** The presenter's, who may change the market. */
  token = '';
  #child;
  #gone;

  /** Starts a server and waits until it listens. */
  static async start(listen = '127.0.0.1:0', rate = 50) {
    return Server.born(new Server(), ['run', 'all', '--listen', listen, '--rate', `${rate}`]);
  }

  /**
   * `server` as the process that these arguments start.
   * @template {Server} T
   * @param {T} server
   * @param {string[]} args
   */
  static async born(server, args) {
    const child = spawn(BINARY, [...args, ...MARKET], { stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(child);
    server.#child = child;
    server.#gone = once(child, 'exit').finally(() => running.delete(child));
    await once(child, 'spawn');
    const lines = createInterface(child.stderr);
    const line = new Promise((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve('nothing'));
    });
    const first = await within(line, 'the first line of the server');
    const [, address, token] = /page http:\/\/(\S+:\d+)\/\S*#presenter=(\w+) /.exec(first) ?? [];
    assert.ok(address, `the server said: ${first}`);
    server.address = address;
    server.token = token;
    server.origin = `http://${address}`;
    return server;
  }

  /** Another life on the same port, after this one has gone. */
  again() {
    return Server.start(this.address);
  }

  /** kill -9: no word to anyone. */
  async kill() {
    this.#child.kill('SIGKILL');
    await within(this.#gone, 'the end of a killed server');
  }

  /** SIGTERM: the server says goodbye to everyone and exits with 0. Once it has gone, this does nothing. */
  async stop() {
    if (!running.has(this.#child)) return;
    this.#child.kill('SIGTERM');
    assert.deepEqual(await within(this.#gone, 'the end of a stopped server'), [0, null], 'exit code and signal');
  }

  async get(path) {
    return (await this.fetch(path)).text();
  }

  async json(path) {
    return (await this.fetch(path)).json();
  }

  async post(path, value) {
    const body = JSON.stringify(value);
    return (await this.fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).json();
  }

  async fetch(path, options) {
    const response = await within(fetch(this.origin + path, options), path);
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response;
  }
}
