// The npm client `eventsource`, an EventSource of its own making: the stream, its reconnects, event names and the end.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { EventSource } from 'eventsource';

import { Server } from './server.mjs';
import { Inbox, assertUnbroken } from './wait.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

/** A subscription; `asked` holds the `Last-Event-ID` of each request that was answered. */
function subscribe(t, path, names = []) {
  const [inbox, asked] = [new Inbox(), new Inbox()];
  const source = new EventSource(server.origin + path, {
    async fetch(url, options) {
      const response = await fetch(url, options);
      asked.push(options.headers['Last-Event-ID'] ?? null);
      return response;
    },
  });
  for (const name of ['message', ...names]) {
    source.addEventListener(name, ({ type, data, lastEventId }) => inbox.push({ type, data, lastEventId }));
  }
  source.addEventListener('error', ({ code }) => inbox.push({ type: 'error', code, state: source.readyState }));
  t.after(() => source.close());
  return { source, inbox, asked };
}

const is = (type) => (item) => item.type === type;
const isMessage = is('message');
const seq = (item) => JSON.parse(item.data).seq;

test('hello, snapshot, cursor, then each event once, with its id', async (t) => {
  const { inbox } = subscribe(t, '/sse/stock-price', ['hello', 'cursor', 'gap']);
  const messages = await inbox.take(40, 'messages', isMessage);
  assertUnbroken(messages.map(seq), 'eventsource');
  const { epoch } = JSON.parse(inbox.items[0].data);
  for (const message of messages) assert.equal(message.lastEventId, `${epoch}-${seq(message)}`);
  const names = inbox.items.slice(0, 40).map((item) => item.type);
  assert.deepEqual(names.slice(0, 10), ['hello', ...Array(8).fill('message'), 'cursor']);
  assert.deepEqual(new Set(names.slice(10)), new Set(['message']));
});

test('a killed server that starts again goes on without a gap and without a double', async (t) => {
  const { inbox, asked } = subscribe(t, '/sse/stock-price', ['gap']);
  await inbox.take(30, 'messages', isMessage);
  await server.kill();
  await inbox.take(1, 'errors', is('error'));
  const before = inbox.items.filter(isMessage);
  server = await server.again();
  const all = await inbox.take(before.length + 50, 'messages', isMessage);
  assertUnbroken(all.map(seq), 'over the restart');
  assert.deepEqual(asked.items, [null, before.at(-1).lastEventId], 'one resume, from the last event');
  assert.ok(!inbox.items.some(is('gap')));
});

test('a notification has its own event name', async (t) => {
  const { inbox } = subscribe(t, '/notifications', ['notification']);
  const [first] = await inbox.take(1, 'notifications', is('notification'));
  const { title, message, time } = JSON.parse(first.data);
  assert.ok(title && message && !Number.isNaN(Date.parse(time)));
  assert.ok(!inbox.items.some(isMessage), 'onmessage hears nothing');
});

test('JSON of several lines arrives as the bytes of a poll', async (t) => {
  const { inbox } = subscribe(t, '/sse/news');
  const [first] = await inbox.take(1, 'news', isMessage);
  assert.ok(first.data.includes('\n'));
  assert.ok((await server.get('/poll/news')).includes(first.data), first.data);
});

test('after the end of a job it stops for good', async (t) => {
  const { job } = await server.post('/api/jobs', { total: 5, step_ms: 20 });
  const { source, inbox, asked } = subscribe(t, `/sse/progress?job=${job}`);
  await inbox.until('the 204', (items) => items.some((item) => item.code === 204));
  assert.equal(source.readyState, EventSource.CLOSED);
  const last = inbox.items.filter(isMessage).at(-1);
  assert.equal(JSON.parse(last.data).state, 'done');
  assert.deepEqual(asked.items, [null, last.lastEventId]);
});
