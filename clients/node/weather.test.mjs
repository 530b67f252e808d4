// The fault proxy as Chromium sees it: a page of another origin can read the status that the proxy gives itself, and
// EventSource comes back by itself after a cut, from where it was.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { launch, open } from './browser.mjs';
import { BINARY, Server } from './server.mjs';
import { Inbox, assertUnbroken, within } from './wait.mjs';

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

/** The example `weather` of the crate `wire` in front of the server: `tell` says a line and gives its answer. */
async function weather(t) {
  const child = spawn(join(dirname(BINARY), 'examples', 'weather'), [server.address], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.stdin.end());
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (what) => (await within(lines.next(), what)).value;
  const address = (await next('the proxy')).split(' ').at(-1);
  const tell = async (line) => {
    child.stdin.write(`${line}\n`);
    const answer = await next(line);
    assert.match(answer, /^ok/, line);
    return answer;
  };
  return { origin: `http://${address}`, tell };
}

test('a page of another origin reads the status of a refusal, and when to come back', async (t) => {
  const { origin, tell } = await weather(t);
  // A document that really came from this machine: Chromium lets no page of unknown origin ask loopback addresses.
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(`${server.origin}/api/info`);
  const ask = () =>
    page.evaluate(async (url) => {
      const response = await fetch(url);
      return [response.status, response.headers.get('retry-after')];
    }, `${origin}/poll/stock-price`);
  await tell('refuse=503');
  assert.deepEqual(await ask(), [503, '2']);
  await tell('refuse=204');
  assert.deepEqual(await ask(), [204, null]);
  await tell('fair');
  await assert.rejects(ask(), /Failed to fetch/, 'the server itself allows this origin nothing');
});

test('EventSource comes back after each cut, with nothing lost and nothing twice', async (t) => {
  const { origin, tell } = await weather(t);
  // Its own page is behind the proxy, so that the server takes it for one of its own.
  const { page } = await open(browser, { origin });
  t.after(() => page.close());
  const inbox = new Inbox();
  await page.exposeFunction('tell', (item) => inbox.push(item));
  await page.evaluate(() => {
    const source = new EventSource('/sse/stock-price');
    for (const type of ['message', 'hello', 'gap']) {
      source.addEventListener(type, ({ data }) => window.tell({ type, data }));
    }
  });
  const is = (type) => (item) => item.type === type;
  for (const [nth, cut] of ['cut', 'cut 1000'].entries()) {
    await inbox.take(nth + 1, 'connections', is('hello'));
    await inbox.take(30 * (nth + 1), 'messages', is('message'));
    await tell(cut);
  }
  await inbox.take(3, 'connections', is('hello'));
  const { length } = inbox.items.filter(is('message'));
  const all = await inbox.take(length + 20, 'messages', is('message'));
  assertUnbroken(
    all.map((item) => JSON.parse(item.data).seq),
    'over both cuts',
  );
  assert.ok(!inbox.items.some(is('gap')));
});
