// The page at the root, in Chromium: four lanes that live, in both languages, and come back after a crash.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { Server } from './server.mjs';

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const ONE_LINERS = {
  'en-US': ['I keep asking you', 'I wait until you tell me', 'We talk to each other', 'You tell me'],
  'zh-CN': ['我反复问你', '我等着你告诉我', '我们互相聊天', '你主动告诉我'],
};
const LIVE = { 'en-US': 'live', 'zh-CN': '在线' };

/** Opens the page as a reader of that language would. `wrong` gets whatever the browser complains about. */
async function visit(t, locale, colorScheme, width) {
  const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 900 } });
  t.after(() => context.close());
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => request.url().startsWith(server.origin) || wrong.push(request.url()));
  await page.goto(server.origin);
  return { page, wrong };
}

/** Every lane says that it is live and has received at least so many updates. */
function allLive(page, word, received) {
  return page.waitForFunction(
    ([word, received]) => {
      const lanes = [...document.querySelectorAll('#lanes section')];
      const text = (lane, field) => lane.querySelector(`[data-field="${field}"]`).textContent;
      const count = (lane) => Number(text(lane, 'received').replaceAll(',', ''));
      return lanes.length === 4 && lanes.every((lane) => text(lane, 'state') === word && count(lane) >= received);
    },
    [word, received],
    { timeout: 30_000, polling: 50 },
  );
}

const looks = [['en-US', 'light', 1920], ['zh-CN', 'dark', 1280], ['zh-CN', 'light', 390], ['en-US', 'dark', 390]];
for (const [locale, scheme, width] of looks) {
  test(`four lanes live: ${locale}, ${scheme}, ${width} px`, async (t) => {
    const { page, wrong } = await visit(t, locale, scheme, width);
    await allLive(page, LIVE[locale], 3);
    assert.deepEqual(await page.locator('#lanes h2').allTextContents(), ONE_LINERS[locale]);
    for (const price of await page.locator('[data-field="price"]').allTextContents()) assert.match(price, /^\d+\.\d\d$/);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, 'nothing sticks out');
    assert.equal(await page.getAttribute('html', 'lang'), locale.slice(0, 2));
    assert.deepEqual(wrong, []);
  });
}

test('the language and the symbol can be changed', async (t) => {
  const { page, wrong } = await visit(t, 'en-US', 'light', 1280);
  await page.click('#language');
  assert.deepEqual(await page.locator('#lanes h2').allTextContents(), ONE_LINERS['zh-CN']);
  await page.selectOption('#symbol', 'BOLT');
  await allLive(page, LIVE['zh-CN'], 3);
  const quote = (await server.json('/poll/stock-price?symbols=BOLT')).events[0].value;
  const shown = Number(await page.locator('[data-field="price"]').last().textContent());
  assert.ok(Math.abs(shown - quote) < quote / 100, `${shown} is a price of BOLT, which stands at ${quote}`);
  assert.deepEqual(wrong, []);
});

test('after a crash all lanes come back, untouched, and those with a cursor miss nothing', async (t) => {
  const { page } = await visit(t, 'en-US', 'light', 1280);
  await allLive(page, 'live', 3);
  await server.kill();
  await page.waitForFunction(() => {
    const states = [...document.querySelectorAll('[data-field="state"]')];
    return states.every((state) => state.textContent !== 'live');
  });
  const before = await page.locator('[data-field="received"]').allTextContents();
  server = await server.again();
  await allLive(page, 'live', Math.max(...before.map(Number)) + 1);
  const missed = await page.locator('[data-field="missed"]').allTextContents();
  assert.deepEqual(missed.slice(1), ['0', '0', '0'], 'long polling, WebSocket, SSE');
});
