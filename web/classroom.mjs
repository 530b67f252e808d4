// A real class as a process, for the scripts that measure or picture its board.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { BINARY } from '../clients/node/server.mjs';
import { until, within } from '../clients/node/wait.mjs';

export class Classroom {
  /** The board as its presenter opens it, and where it begins. */
  page = '';
  origin = '';
  #child;
  #gone;

  get pid() {
    return this.#child.pid;
  }

  /** Starts a class and waits until all four lanes are up. */
  static async start(listen = '127.0.0.1:0') {
    const classroom = new Classroom();
    const child = spawn(BINARY, ['classroom', '--listen', listen], { stdio: ['ignore', 'ignore', 'pipe'] });
    // Its lanes end with it.
    process.on('exit', () => child.kill('SIGKILL'));
    classroom.#child = child;
    classroom.#gone = once(child, 'exit');
    await once(child, 'spawn');
    const lines = createInterface(child.stderr);
    const line = new Promise((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve('nothing'));
    });
    const first = await within(line, 'the first line of the class');
    const [, page] = / page (http:\/\/\S+#presenter=\w+) /.exec(first) ?? [];
    if (!page) throw new Error(`the class said: ${first}`);
    classroom.page = page;
    classroom.origin = new URL(page).origin;
    await until('four lanes that are up', async () =>
      (await classroom.state()).lanes.every((one) => one.state === 'up'),
    );
    return classroom;
  }

  /** As `GET /api/class` tells it. */
  async state() {
    return (await fetch(`${this.origin}/api/class`)).json();
  }

  /** One command of the presenter. */
  async command(what) {
    const headers = {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${new URL(this.page).hash.replace('#presenter=', '')}`,
    };
    const answer = await fetch(`${this.origin}/api/class`, { method: 'POST', headers, body: JSON.stringify(what) });
    if (!answer.ok) throw new Error(`${JSON.stringify(what)}: ${answer.status} ${await answer.text()}`);
  }

  /** Another market for all lanes, and waits until it has begun in each. */
  async market(rate, symbols) {
    await this.command({ do: 'market', rate, symbols });
    const { lanes } = await this.state();
    const sites = [this.origin, ...lanes.map(({ port }) => `http://${new URL(this.origin).hostname}:${port}`)];
    for (const site of sites) {
      await until(`${rate} events/s at ${site}`, async () => {
        const { market } = await (await fetch(`${site}/api/info`)).json();
        return market.rate === rate && market.symbols.length === symbols;
      });
    }
  }

  /** How many updates each lane has given to all its clients. */
  async given() {
    const { lanes } = await this.state();
    const given = lanes.map(async ({ way, port }) => {
      const { accounts } = await (await fetch(`http://${new URL(this.origin).hostname}:${port}/api/stats`)).json();
      return [way, accounts.filter((one) => one.way === way).reduce((sum, { events }) => sum + events, 0)];
    });
    return Object.fromEntries(await Promise.all(given));
  }

  /** Resolves when its process has ended, with its exit code and signal. */
  get gone() {
    return this.#gone;
  }

  async stop() {
    this.#child.kill('SIGTERM');
    await within(this.#gone, 'the end of a class');
  }
}
