// The tutorial's browser snippets, unchanged, in a real Chromium: each must have its effect on the page.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';

import { launch, open, snippet } from './browser.mjs';
import { Server } from './server.mjs';
import { assertUnbroken } from './wait.mjs';

// Of the blocks as they stand in the tutorial: whoever changes a copy, a formatter say, breaks the promise "unchanged".
const SHA256 = {
  '3.3': '36d0fb37a1737db97a32b701d9f84838885316a91c2023eb0fd0f151c763c3e9',
  '4.1': 'c39ce9789407d0f54469dc67be03c5420f1fa8f5a171f571c0061e4b80a10796',
  '4.2': '8fe6887f1de3ddbf9f8fbc629cc412124f7d88e147044b60006c31ab9c639b43',
  '4.3': 'c0f17b7ceb9722537373cafa1e2fd59a57fc4f5e5d45ab8e186f95a76b7cbbc3',
  '5.2-simple': '76d6baa3fe2b18a33f1c0d594199d288604a5c5e36469bfb1311c12ba9540db4',
  '5.2-onerror': 'd5e0feea622bbd82204f518f121f77427b5150bcdb845d7cdcfadff0545463e7',
};

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

/** A page with snippets, which may throw nothing. */
async function show(t, options) {
  const shown = await open(browser, server, options);
  t.after(async () => {
    await shown.page.close();
    assert.deepEqual(shown.thrown, [], 'nothing is thrown in the page');
  });
  return shown;
}

test("the snippets are the tutorial's, byte for byte", () => {
  for (const [name, hash] of Object.entries(SHA256)) {
    assert.equal(createHash('sha256').update(snippet(name)).digest('hex'), hash, name);
  }
});

test('3.3 the price is a number of the feed, and changes', async (t) => {
  const { cursor } = await server.json('/poll/stock-price');
  const { page } = await show(t, { body: '<b id="price"></b>', snippets: ['3.3'] });
  const changed = (old) =>
    page.waitForFunction((old) => {
      const { textContent } = document.getElementById('price');
      return textContent !== old && textContent;
    }, old);
  const first = await (await changed('')).jsonValue();
  const second = await (await changed(first)).jsonValue();
  // From before the page was opened, so the snapshot that the page began with is in it.
  const [epoch, seq] = cursor.split('-');
  const { events } = await server.json(`/poll/stock-price?after=${epoch}-${seq - 8}`);
  const values = new Set(events.map((event) => String(event.value)));
  assert.ok(values.has(first) && values.has(second), `${first} and ${second} are prices`);
});

test('4.1 a notification becomes a card', async (t) => {
  const { page } = await show(t, { body: '<div id="notifications"></div>', snippets: ['4.1'] });
  const card = page.locator('#notifications > div').first();
  await card.waitFor();
  const {
    events: [sent],
  } = await server.json('/poll/notifications');
  assert.equal(await card.locator('h4').textContent(), sent.title);
  assert.equal(await card.locator('p').textContent(), sent.message);
});

test('4.2 the panel shows the processor, and its bar follows', async (t) => {
  const { page } = await show(t, {
    body: '<span id="cpu-usage"></span><div style="width:200px"><div id="cpu-bar"></div></div>',
    // The tutorial calls these two and leaves them to the reader.
    setup: `const charts = { memory: [], disk: [] };
      function updateMemoryChart(percent) { charts.memory.push(percent); }
      function updateDiskChart(percent) { charts.disk.push(percent); }`,
    snippets: ['4.2'],
  });
  const shown = await page.waitForFunction(
    () =>
      charts.disk.length >= 2 && {
        text: document.getElementById('cpu-usage').textContent,
        width: document.getElementById('cpu-bar').style.width,
        ...charts,
      },
  );
  const { text, width, memory, disk } = await shown.jsonValue();
  assert.match(text, /^\d+(\.\d)?%$/);
  assert.equal(width, text);
  for (const percent of [...memory, ...disk]) assert.ok(percent >= 0 && percent <= 100, `${percent} %`);
});

test('4.3 a log line becomes an entry with the class of its level', async (t) => {
  const { page } = await show(t, { body: '<div id="log-container"></div>', snippets: ['4.3'] });
  const info = page.locator('.log-entry.info .message', { hasText: /^serving 50 prices a second/ });
  await info.waitFor();
  assert.equal((await fetch(`${server.origin}/nobody-serves-this`)).status, 404);
  const warning = page.locator('.log-entry.warn', { hasText: 'GET /nobody-serves-this 404' });
  await warning.waitFor();
  assert.equal(await warning.locator('.level').textContent(), '[warn]');
  assert.ok(!Number.isNaN(Date.parse(await warning.locator('.timestamp').textContent())));
});

test('5.2 one line is all a client needs: each event is logged once', async (t) => {
  const { logged } = await show(t, { snippets: ['5.2-simple'] });
  const lines = await logged.take(40, 'logged events');
  assertUnbroken(
    lines.map((line) => JSON.parse(line).seq),
    'the console',
  );
  const body = await server.get(`/poll/stock-price?after=${JSON.parse(lines[0]).seq - 1}`);
  assert.ok(body.includes(`[${lines.join(',')}`), 'the very bytes that a poll is told');
});

test('5.2 the browser says that it reconnects, does, and misses nothing', async (t) => {
  const { logged } = await show(t, { snippets: ['5.2-simple', '5.2-onerror'] });
  const isError = (line) => line === '连接出错，浏览器会自动重连';
  const isData = (line) => !isError(line);
  await logged.take(20, 'logged events', isData);
  await server.stop();
  await logged.take(1, 'logged errors', isError);
  const before = logged.items.filter(isData).length;
  server = await server.again();
  const lines = await logged.take(before + 40, 'logged events', isData);
  assertUnbroken(
    lines.map((line) => JSON.parse(line).seq),
    'over the restart',
  );
});
