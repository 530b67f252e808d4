// curl against polling, long polling and SSE: the bytes and heads that a person sees who tries the ways by hand.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { Server } from './server.mjs';
import { Inbox, assertUnbroken, until, within } from './wait.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

/** A running curl; `text()` is what it printed so far, the head included. */
function curl(...args) {
  const child = spawn('curl', ['-sNi', '--max-time', '60', ...args.slice(0, -1), server.origin + args.at(-1)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = new Inbox();
  child.stdout.setEncoding('utf8').on('data', (text) => printed.push(text));
  const closed = once(child, 'close');
  return {
    text: () => printed.items.join(''),
    sees: (what, pattern) => printed.until(what, (items) => pattern.exec(items.join(''))),
    events: (count) =>
      printed.until(`${count} events`, (items) => {
        const all = eventsOf(items.join(''));
        return all.length >= count && all;
      }),
    done: () => within(closed, 'the end of curl'),
    async stop() {
      child.kill('SIGTERM');
      await within(closed, 'the end of curl');
    },
  };
}

async function answer(...args) {
  const running = curl(...args);
  const [code] = await running.done();
  assert.equal(code, 0, `curl ${args.join(' ')}`);
  const [head, ...rest] = running.text().split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') };
}

/** The market's events of an event stream: an id line, one data line, a blank line. */
function eventsOf(text) {
  return [...text.matchAll(/^id: ([a-z0-9]{6})-(\d+)\ndata: (\{.*\})\n\n/gm)].map(([, epoch, seq, json]) => {
    const event = JSON.parse(json);
    assert.equal(event.seq, Number(seq), 'the id and the JSON name one seq');
    return { epoch, seq: event.seq, json };
  });
}

test('the head of an event stream comes at once, from a topic that is silent', async () => {
  const stream = curl('/sse/chat');
  await stream.sees('the hello', /event: hello\ndata: .*\n\n/);
  const [head, body] = stream.text().split('\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(head, /^content-type: text\/event-stream\r$/im);
  assert.match(head, /^cache-control: no-cache, no-transform\r$/im);
  assert.match(head, /^x-accel-buffering: no\r$/im);
  assert.doesNotMatch(head, /^content-length:/im);
  const [, retry, hello] = /^retry: (\d+)\nevent: hello\ndata: (\{.*\})\n\n/.exec(body);
  assert.ok(retry >= 1_000 && retry <= 3_000, `retry: ${retry}`);
  assert.equal(JSON.parse(hello).head, 0);
  await stream.stop();
});

test('events are id and data lines, the snapshot first, then a cursor, then each event once', async () => {
  const stream = curl('/sse/stock-price');
  const events = await stream.events(40);
  assertUnbroken(
    events.map((event) => event.seq),
    'curl',
  );
  assert.equal(new Set(events.slice(0, 8).map((event) => JSON.parse(event.json).symbol)).size, 8, 'one of each symbol');
  const [, epoch, seq] = /\n\nid: ([a-z0-9]{6})-(\d+)\nevent: cursor\ndata: \{\}\n\n/.exec(stream.text());
  assert.equal(
    `${epoch}-${seq}`,
    `${events[7].epoch}-${events[7].seq}`,
    'the cursor stands at the end of the snapshot',
  );
  await stream.stop();
});

test('Last-Event-ID resumes with exactly the next event', async () => {
  const first = curl('/events');
  const last = (await first.events(20)).at(-1);
  await first.stop();
  // The query says something else: the header alone decides, as when a browser repeats its first URL.
  const second = curl('-H', `Last-Event-ID: ${last.epoch}-${last.seq}`, `/events?after=${last.epoch}-1`);
  const events = await second.events(30);
  assert.equal(events[0].seq, last.seq + 1);
  assert.equal(events[0].epoch, last.epoch);
  assertUnbroken(
    events.map((event) => event.seq),
    'the resumed stream',
  );
  assert.doesNotMatch(second.text(), /^event: gap$/m);
  await second.stop();
});

test('JSON of several lines is as many data lines', async () => {
  const stream = curl('/sse/news');
  const [, lines] = await stream.sees('news', /^id: [a-z0-9]{6}-\d+\n((?:data: .*\n){2,})\n/m);
  const news = JSON.parse(lines.replace(/^data: /gm, ''));
  assert.ok(news.seq >= 1 && news.title && news.text);
  await stream.stop();
});

test('a poll that knows the tag gets 304 until there is news', async () => {
  const first = await answer('/poll/chat');
  assert.equal(first.status, 200);
  assert.match(first.head, /^cache-control: no-cache\r$/im);
  const [, tag] = /^etag: (".*")\r$/im.exec(first.head);
  const same = await answer('-H', `If-None-Match: ${tag}`, '/poll/chat');
  assert.deepEqual([same.status, same.body], [304, '']);
  assert.ok(same.head.includes(tag), 'the tag stands in the 304 too');
  await answer('-H', 'Content-Type: application/json', '-d', '{"user":"curl","text":"hello"}', '/api/send-message');
  const news = await answer('-H', `If-None-Match: ${tag}`, '/poll/chat');
  assert.equal(news.status, 200);
  assert.equal(JSON.parse(news.body).events.at(-1).text, 'hello');
});

test('a long poll is held until there is news', async () => {
  const { cursor } = await server.json('/poll/chat');
  const held = answer(`/long-poll/chat?after=${cursor}`);
  await until('the waiting long poll', async () => (await server.json('/api/stats')).waiters === 1);
  await server.post('/api/send-message', { user: 'node', text: 'wake up' });
  const { status, head, body } = await held;
  assert.equal(status, 200);
  assert.match(head, /^cache-control: no-store\r?$/im);
  assert.deepEqual(
    JSON.parse(body).events.map((event) => event.text),
    ['wake up'],
  );
});

test('a hold without news ends with 204', async () => {
  const { cursor } = await server.json('/poll/chat');
  const { status, head, body } = await answer(`/long-poll/chat?after=${cursor}&hold=0.2`);
  assert.deepEqual([status, body], [204, '']);
  assert.match(head, /^cache-control: no-store\r?$/im);
});

test('long polls one after the other miss nothing', async () => {
  let { cursor } = await server.json('/poll/stock-price');
  const seqs = [Number(cursor.split('-')[1])];
  while (seqs.length < 20) {
    const { body } = await answer(`/long-poll/stock-price?after=${cursor}`);
    const told = JSON.parse(body);
    assert.equal(told.gap, null);
    seqs.push(...told.events.map((event) => event.seq));
    cursor = told.cursor;
  }
  assertUnbroken(seqs, 'the long polls');
});
