// The page in Firefox, driven over WebDriver BiDi without a driver. A smoke test: what it has in detail is tested in
// Chromium (`*.spec.ts`). Run it alone by `node --test tests/firefox.test.mjs`.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import puppeteer from 'puppeteer-core';

import { Server } from '../../clients/node/server.mjs';
import { within } from '../../clients/node/wait.mjs';

const WAYS = ['poll', 'long-poll', 'ws', 'sse'];
const LESSONS = [
  ['/en/02-polling', 'en'],
  ['/zh/05-sse', 'zh-CN'],
];

function executable() {
  if (process.env.FIREFOX) return process.env.FIREFOX;
  const find = 'command -v firefox-esr || command -v firefox';
  try {
    return execFileSync('sh', ['-c', find], { encoding: 'utf8' }).trim();
  } catch {
    throw new Error('there is no firefox-esr or firefox; run clients/setup.sh, or set FIREFOX to the path of one');
  }
}

let browser;
let server;
// Puppeteer's profile is made and removed in it, and whatever else Firefox leaves in a temporary folder.
const folder = mkdtempSync(join(tmpdir(), 'fourways-firefox-'));

before(async () => {
  server = await Server.start();
  browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable(),
    headless: true,
    userDataDir: join(folder, 'profile'),
    env: { ...process.env, TMPDIR: folder, MOZ_CRASHREPORTER_DISABLE: '1' },
    defaultViewport: { width: 1600, height: 1000 },
  });
});

after(async () => {
  try {
    await Promise.all([server?.stop(), browser && end(browser)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Asks Firefox to close; if it does not go, it is killed, and that is a failure. */
async function end(firefox) {
  const child = firefox.process();
  const gone = child.exitCode === null ? once(child, 'exit') : null;
  await firefox.close();
  try {
    if (gone) await within(gone, 'the end of Firefox');
  } finally {
    child.kill('SIGKILL');
  }
}

/** A page of its own, closed after the test; `wrong` gathers what Firefox complains about. */
async function open(t, path) {
  const page = await browser.newPage();
  t.after(() => page.close());
  page.setDefaultTimeout(30_000);
  const wrong = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(server.origin + path);
  return { page, wrong };
}

/** Waits until these lanes say that they are live. */
const live = (page, count) =>
  page.waitForFunction((count) => document.querySelectorAll('[data-state="live"]').length === count, {}, count);

/** Waits until every lane of the board shows a price that is not the one of before. */
async function prices(page) {
  for (const way of WAYS) {
    const price = `[data-way="${way}"] .price`;
    const first = await page.waitForFunction(
      (price) =>
        /\d\.\d\d/.test(document.querySelector(price)?.textContent) && document.querySelector(price).textContent,
      {},
      price,
    );
    await page.waitForFunction(
      (price, first) => document.querySelector(price)?.textContent !== first,
      {},
      price,
      await first.jsonValue(),
    );
  }
}

test('the first page draws the four ways', async (t) => {
  const { page, wrong } = await open(t, '/');
  assert.equal(new URL(page.url()).pathname, '/en/');
  await page.waitForFunction(() => document.querySelectorAll('section canvas').length === 4);
  assert.deepEqual(wrong, []);
});

test('all four lanes of the board live and receive prices', async (t) => {
  const { page, wrong } = await open(t, '/en/board');
  await live(page, 4);
  await prices(page);
  assert.deepEqual(wrong, []);
});

for (const [path, lang] of LESSONS) {
  test(`${path} has lanes that live`, async (t) => {
    const { page, wrong } = await open(t, path);
    assert.equal(await page.$eval('html', (html) => html.lang), lang);
    await live(page, 2);
    assert.deepEqual(wrong, []);
  });
}

test('the switch of the language keeps the page', async (t) => {
  const { page, wrong } = await open(t, '/en/02-polling');
  await live(page, 2);
  await page.hover('.VPNavBarTranslations button');
  await page.locator('.VPNavBarTranslations a[href="/zh/02-polling"]').click();
  await page.waitForFunction(() => location.pathname === '/zh/02-polling' && document.documentElement.lang === 'zh-CN');
  await live(page, 2);
  assert.deepEqual(wrong, []);
});

test('the menu of the board leads to the other language', async (t) => {
  const { page, wrong } = await open(t, '/en/board');
  await live(page, 4);
  await page.click('.board .menu summary');
  await page.locator('.board .menu a[href="/zh/board"]').click();
  await page.waitForFunction(() => location.pathname === '/zh/board' && document.documentElement.lang === 'zh-CN');
  await live(page, 4);
  assert.deepEqual(wrong, []);
});

test('the board comes back after the server was killed', async (t) => {
  let other = await Server.start();
  t.after(() => other.stop());
  const { page } = await open(t, '/en/board');
  await page.goto(`${other.origin}/en/board`);
  await live(page, 4);
  await other.kill();
  await live(page, 0);
  other = await other.again();
  await live(page, 4);
  await prices(page);
});
