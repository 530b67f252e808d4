// The npm client `ws` against WebSocket: the stream, resume, what a client may say, echo and the goodbye.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import WebSocket from 'ws';

import { Server } from './server.mjs';
import { Inbox, assertUnbroken, within } from './wait.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

/** An open connection; what it hears is in its inbox, text as parsed JSON. */
async function open(path, from = server) {
  const socket = new WebSocket(`ws://${from.address}${path}`);
  const inbox = new Inbox();
  socket.on('message', (data, isBinary) => inbox.push(isBinary ? data : JSON.parse(data.toString())));
  const closed = once(socket, 'close');
  await within(once(socket, 'open'), `the handshake of ${path}`);
  return { socket, inbox, closed: () => within(closed, 'the close frame') };
}

async function close({ socket, closed }) {
  socket.close(1000);
  assert.equal((await closed())[0], 1000, 'the close code comes back');
}

const isEvent = (item) => item.type === undefined;
const seqs = (events) => events.map((event) => event.seq);

test('hello, snapshot, cursor, then each event once', async () => {
  const client = await open('/ws/stock-price');
  const events = await client.inbox.take(40, 'events', isEvent);
  const [hello, ...rest] = client.inbox.items;
  assert.equal(hello.type, 'hello');
  assert.match(hello.epoch, /^[a-z0-9]{6}$/);
  const snapshot = rest.slice(0, 8);
  assert.equal(new Set(snapshot.map((event) => event.symbol)).size, 8, 'one of each symbol');
  assert.deepEqual(rest[8], { type: 'cursor', cursor: `${hello.epoch}-${snapshot[7].seq}` });
  assert.ok(rest.slice(9).every(isEvent), 'nothing but events after that');
  assertUnbroken(seqs(events), 'ws');
  await close(client);
});

test('after= resumes with exactly the next event', async () => {
  const first = await open('/ws/stock-price');
  const last = (await first.inbox.take(20, 'events', isEvent)).at(-1);
  const { epoch } = first.inbox.items[0];
  await close(first);
  const second = await open(`/ws/stock-price?after=${epoch}-${last.seq}`);
  const events = await second.inbox.take(30, 'events', isEvent);
  assert.equal(events[0].seq, last.seq + 1);
  assertUnbroken(seqs(events), 'the resumed stream');
  assert.ok(!second.inbox.items.some((item) => item.type === 'gap'));
  await close(second);
});

test('subscribe replaces the filter and starts with a new hello and snapshot', async () => {
  const client = await open('/ws/stock-price?symbols=CRUX');
  await client.inbox.take(2, 'events', isEvent);
  for (const symbols of [['ACME'], ['BOLT', 'DUNE']]) {
    const hellos = client.inbox.items.filter((item) => item.type === 'hello').length;
    client.socket.send(JSON.stringify({ op: 'subscribe', symbols }));
    const since = await client.inbox.until(`events of ${symbols} after a new hello`, (items) => {
      const at = items.findIndex(
        (item, index) =>
          item.type === 'hello' && items.slice(0, index).filter((one) => one.type === 'hello').length === hellos,
      );
      return at >= 0 && items.length >= at + 12 && items.slice(at);
    });
    const events = since.filter(isEvent);
    assert.deepEqual([...new Set(events.map((event) => event.symbol))].sort(), symbols);
    assert.deepEqual(
      seqs(events),
      seqs(events).toSorted((a, b) => a - b),
      'in order',
    );
    assert.equal(since[1 + symbols.length].type, 'cursor', 'the snapshot has one event of each symbol');
  }
  await close(client);
});

test('what is not understood is answered, and nothing else changes', async () => {
  const client = await open('/ws/stock-price');
  await client.inbox.take(10, 'events', isEvent);
  client.socket.send('{"op":"dance"}');
  client.socket.send(Buffer.from([1, 2, 3]));
  const errors = await client.inbox.take(2, 'errors', (item) => item.type === 'error');
  assert.ok(errors.every((error) => error.title.length > 0));
  const heard = client.inbox.items.filter(isEvent).length;
  assertUnbroken(seqs(await client.inbox.take(heard + 10, 'events', isEvent)), 'the stream around the errors');
  await close(client);
});

test('echo returns text and binary as they came, and a ping its payload', async () => {
  const socket = new WebSocket(`ws://${server.address}/ws/echo`);
  const [inbox, pongs] = [new Inbox(), new Inbox()];
  const closed = once(socket, 'close');
  socket.on('message', (data, isBinary) => inbox.push({ data, isBinary }));
  socket.on('pong', (data) => pongs.push(data));
  await within(once(socket, 'open'), 'the handshake');
  const bytes = Buffer.from(Array.from({ length: 40_000 }, (_, index) => index % 256));
  const sent = [
    ['价格 ✓ 🙂', false],
    ['', false],
    [bytes, true],
    [Buffer.alloc(0), true],
  ];
  for (const [data] of sent) socket.send(data);
  socket.ping('are you there?');
  const echoes = await inbox.take(sent.length, 'echoes');
  sent.forEach(([data, isBinary], index) => {
    assert.equal(echoes[index].isBinary, isBinary);
    assert.deepEqual(echoes[index].data, Buffer.from(data));
  });
  assert.equal((await pongs.take(1, 'pongs'))[0].toString(), 'are you there?');
  await close({ socket, closed: () => within(closed, 'the close frame') });
});

test('a finished job closes with 1000', async () => {
  const { job } = await server.post('/api/jobs', { total: 5, step_ms: 20 });
  const client = await open(`/ws/progress?job=${job}`);
  assert.equal((await client.closed())[0], 1000);
  assert.equal(client.inbox.items.filter(isEvent).at(-1).state, 'done');
});

test('SIGTERM closes with 1001 and ends the server with 0', async (t) => {
  const other = await Server.start();
  t.after(() => other.stop());
  const clients = await Promise.all(['/ws/stock-price', '/ws/chat', '/ws/echo'].map((path) => open(path, other)));
  await clients[0].inbox.take(10, 'events', isEvent);
  const [codes] = await Promise.all([Promise.all(clients.map((client) => client.closed())), other.stop()]);
  assert.deepEqual(
    codes.map(([code]) => code),
    [1001, 1001, 1001],
  );
});
