// Chromium's own EventSource: what the browser does by itself after a crash of the server, and after the end of a job.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, open } from './browser.mjs';
import { Server } from './server.mjs';
import { Inbox, assertUnbroken } from './wait.mjs';

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

/** A page that subscribes to `path`: what its EventSource heard, and the heads of the requests that it sent. */
async function subscribe(t, path) {
  const { page } = await open(browser, server);
  t.after(() => page.close());
  const [inbox, requests] = [new Inbox(), new Inbox()];
  const devtools = await page.context().newCDPSession(page);
  // As they went over the wire, with what the browser added: a page cannot see them.
  devtools.on('Network.requestWillBeSentExtraInfo', ({ headers }) => {
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    if (lower.accept === 'text/event-stream') requests.push(lower['last-event-id'] ?? null);
  });
  await devtools.send('Network.enable');
  await page.exposeFunction('tell', (item) => inbox.push(item));
  await page.evaluate((path) => {
    const source = new EventSource(path);
    for (const name of ['message', 'hello', 'cursor', 'gap', 'error']) {
      source.addEventListener(name, ({ data, lastEventId }) => {
        window.tell({ type: name, data, lastEventId, state: source.readyState });
      });
    }
  }, path);
  return { inbox, requests };
}

const is = (type) => (item) => item.type === type;
const seq = (item) => JSON.parse(item.data).seq;

test('after a crash the browser resumes by itself: nothing lost, nothing twice', async (t) => {
  const { inbox, requests } = await subscribe(t, '/sse/stock-price');
  await inbox.take(30, 'messages', is('message'));
  await server.kill();
  const [error] = await inbox.take(1, 'errors', is('error'));
  assert.equal(error.state, 0, 'CONNECTING');
  const before = inbox.items.filter(is('message'));
  server = await server.again();
  const all = await inbox.take(before.length + 50, 'messages', is('message'));
  assertUnbroken(all.map(seq), 'over the crash');
  assert.ok(!inbox.items.some(is('gap')));
  assert.equal(inbox.items.filter(is('hello')).length, 2, 'two connections were answered');
  await requests.take(2, 'requests');
  assert.equal(requests.items[0], null);
  assert.deepEqual(new Set(requests.items.slice(1)), new Set([before.at(-1).lastEventId]), 'sent by the browser');
});

test('after the end of a job it stops for good', async (t) => {
  const { job } = await server.post('/api/jobs', { total: 5, step_ms: 20 });
  const { inbox, requests } = await subscribe(t, `/sse/progress?job=${job}&lane=browser`);
  await inbox.until('the closed state', (items) => items.some((item) => item.state === 2));
  const last = inbox.items.filter(is('message')).at(-1);
  assert.equal(JSON.parse(last.data).state, 'done');
  assert.deepEqual(
    inbox.items.filter(is('error')).map((item) => item.state),
    [0, 2],
    'CONNECTING, then CLOSED by the 204',
  );
  // Longer than any `retry` of the server: an EventSource that still lives would have come back by now.
  assert.equal((await server.fetch('/long-poll/chat?hold=3.5')).status, 204);
  await requests.take(2, 'requests');
  assert.deepEqual(requests.items, [null, last.lastEventId]);
  const {
    accounts: [account],
  } = await server.json('/api/stats?lane=browser');
  assert.equal(account.requests, 2, 'the server counts no more');
});
