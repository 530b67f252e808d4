// Every control of the board, by mouse and by key: each does what it says.

import { expect, type Page } from '@playwright/test';

import { Server } from '../../clients/node/server.mjs';
import { test, violations } from './site.ts';

test.use({ viewport: { width: 1920, height: 1080 } });

const lane = (page: Page, way: string) => page.locator(`[data-way="${way}"]`);

test.beforeEach(async ({ page }) => {
  await page.goto('/en/board');
  await expect(page.locator('[data-state="live"]')).toHaveCount(4, { timeout: 30_000 });
});

test('pause stops the picture and the numbers, and goes on', async ({ page }) => {
  const price = lane(page, 'sse').locator('.price');
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: /Go on/ })).toHaveAttribute('aria-pressed', 'true');
  const frozen = await page.locator('.lanes').innerText();
  // Fifty prices a second: what is not frozen changes at once.
  await page.waitForResponse((response) => response.url().includes('/poll/'));
  expect(await page.locator('.lanes').innerText()).toBe(frozen);
  await page.getByRole('button', { name: /Go on/ }).click();
  await expect(price).not.toHaveText(await price.innerText(), { timeout: 20_000 });
});

test('the picture goes back in time, and on by steps', async ({ page }) => {
  const price = lane(page, 'sse').locator('.price');
  const goOn = page.getByRole('button', { name: /Go on/ });
  await page.keyboard.press(',');
  await expect(goOn).toHaveAttribute('aria-pressed', 'true');
  const first = await price.innerText();
  // Each press goes on to the next thing in any lane, so not each changes this price.
  await expect(async () => {
    await page.getByRole('button', { name: /^step/ }).click();
    expect(await price.innerText()).not.toBe(first);
  }).toPass({ intervals: [20] });
  await expect(goOn).toHaveAttribute('aria-pressed', 'true');
});

test('a lane goes off and on', async ({ page }) => {
  await page.keyboard.press('2');
  await expect(lane(page, 'long-poll')).toHaveAttribute('data-state', 'off');
  await expect(page.locator('[data-state="live"]')).toHaveCount(3);
  await page
    .getByRole('button', { name: /Long polling/ })
    .last()
    .click();
  await expect(page.locator('[data-state="live"]')).toHaveCount(4);
});

test('the interval changes how often polling asks', async ({ page }) => {
  await page.clock.install();
  await page.reload();
  await expect(page.locator('[data-state="live"]')).toHaveCount(4, { timeout: 30_000 });
  const select = page.locator('select[aria-keyshortcuts="I"]');
  const before = await select.inputValue();
  await page.keyboard.press('i');
  await expect(select).not.toHaveValue(before);
  await select.selectOption({ index: 0 });
  const fast = Number(await select.inputValue());
  await expect(lane(page, 'poll')).toContainText(`every ${fast}`);
  // The page's clock stands, and goes on by one interval at a time: each brings a question, and a slower one would not.
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 5_000);
  for (let turn = 0; turn < 3; turn += 1) {
    const answered = page.waitForResponse((response) => /\/poll\/stock-price\?symbols.*lane=/.test(response.url()));
    await page.clock.runFor(fast * 1_000);
    await (await answered).finished();
  }
});

test('hold, window and symbol change what is asked and shown', async ({ page }) => {
  const held = page.waitForRequest(
    (request) => request.url().includes('/long-poll/') && !request.url().includes('hold=25'),
  );
  await page.keyboard.press('h');
  await held;
  const select = page.locator('select[aria-keyshortcuts="W"]');
  const before = await select.inputValue();
  await page.keyboard.press('w');
  await expect(select).not.toHaveValue(before);
  await page.locator('select[aria-keyshortcuts="S"]').selectOption('BOLT');
  await expect(page.locator('.at-server')).toContainText('BOLT');
  await expect(page.locator('[data-state="live"]')).toHaveCount(4, { timeout: 30_000 });
});

test('every number is defined one click away', async ({ page }) => {
  for (const name of ['mean age, 12\u202fs', 'never seen', 'bytes per update']) {
    const button = page.locator('.heads').getByRole('button', { name });
    await button.click();
    await expect(page.locator('[popover]:popover-open')).toContainText('.');
    await page.keyboard.press('Escape');
    await expect(page.locator('[popover]:popover-open')).toHaveCount(0);
  }
});

test('a hidden tab pauses and says so', async ({ page }) => {
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      Object.defineProperty(document, 'visibilityState', {
        configurable: true,
        get: () => (hidden ? 'hidden' : 'visible'),
      });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  await expect(page.locator('[data-state="paused"]')).toHaveCount(4);
  await hide(false);
  await expect(page.locator('[data-state="live"]')).toHaveCount(4, { timeout: 30_000 });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('one lane is shown, and another can be chosen', async ({ page }) => {
    await expect(page.locator('.lane:visible')).toHaveCount(1);
    await page.getByRole('group', { name: 'Lane shown' }).getByRole('button', { name: 'SSE' }).click();
    await expect(lane(page, 'sse')).toBeVisible();
    await expect(lane(page, 'poll')).toBeHidden();
  });
});

test.describe('the market', () => {
  const select = (page: Page, key: string) => page.locator(`select[aria-keyshortcuts="${key}"]`);

  test('is not for a page that only watches', async ({ page }) => {
    await expect(select(page, 'S')).toBeVisible();
    await expect(select(page, 'R')).toHaveCount(0);
    await expect(select(page, 'N')).toHaveCount(0);
    await expect(page.locator('.strip')).toContainText("Only the presenter's page changes");
    await page.goto('/zh/board');
    await expect(page.locator('.strip')).toContainText('只有讲解者的页面能改');
  });

  test('a token that is not the server’s changes nothing, and says so', async ({ page }) => {
    for (const [lang, words] of [
      ['en', "does not know this page's token"],
      ['zh', '服务器不认识本页的令牌'],
    ]) {
      await page.goto('about:blank');
      await page.goto(`/${lang}/board#presenter=${'0'.repeat(32)}`);
      const before = await select(page, 'R').inputValue();
      await page.keyboard.press('r');
      await expect(page.getByRole('status').filter({ hasText: words })).toBeVisible();
      await expect(select(page, 'R')).toHaveValue(before);
    }
    await page.route('**/api/market', (route) => route.abort());
    await select(page, 'N').selectOption('2');
    await expect(page.getByRole('status').filter({ hasText: '服务器没有回答' })).toBeVisible();
    await expect(select(page, 'N')).toHaveValue('8');
  });

  test('is changed by the presenter, and every lane counts anew', async ({ page, wrong }) => {
    // A server of its own: the others' must stay as it is.
    const server = await Server.start('127.0.0.1:0', 16);
    wrong.length = 0;
    await page.goto(`${server.origin}/en/#presenter=${server.token}`);
    await expect(page).toHaveURL(`${server.origin}/en/`); // the token leaves the address of every page
    await page.goto(`${server.origin}/en/board`); // and is known to the next one
    await expect(page.locator('[data-state="live"]')).toHaveCount(4, { timeout: 30_000 });
    await expect(select(page, 'R')).toHaveValue('16'); // the command line's own stands among the others
    await select(page, 'S').selectOption('HALO');
    await expect(page.locator('.at-server')).toContainText('HALO');
    const asked = page.waitForRequest((request) => request.url().endsWith('/api/market'));
    const anew = page.waitForRequest((request) => request.url().includes('/sse/stock-price'));
    const status = page.getByRole('status').filter({ hasText: 'From the next instant' });
    await page.keyboard.press('r');
    await expect(status).toHaveText('From the next instant: 20 prices a second over 8 symbols.');
    expect((await asked).headers()['authorization']).toBe(`Bearer ${server.token}`);
    await expect(page.locator('main header')).toContainText('20 prices a second over 8 symbols: one of HALO');
    await expect(status).toHaveCount(0);
    await anew; // another stream, with a count of its own
    // Fewer symbols: the one that was shown is gone, the first one takes its place.
    await select(page, 'N').selectOption('2');
    await expect(page.locator('.at-server')).toContainText('ACME');
    await expect(page.locator('main header')).toContainText('20 prices a second over 2 symbols: one of ACME every 0.1');
    await expect(page.locator('[data-state="live"]')).toHaveCount(4, { timeout: 30_000 });
    for (const way of ['long-poll', 'ws', 'sse']) {
      const missed = lane(page, way).locator('.column').nth(1);
      await expect(missed.locator('.fact').first()).toHaveText(/^\s*0\s+of [1-9]/); // heard something, missed nothing
      await expect(missed.locator('.big')).toHaveText(/^0\s*%$/);
    }
    await expect(lane(page, 'poll').locator('.column').nth(1).locator('.big')).not.toContainText('≥');
    expect(await page.evaluate(() => document.documentElement.innerHTML)).not.toContain(server.token);
    await server.stop();
  });
});

test.describe('the table', () => {
  const COLUMNS = 11;

  test('comes and goes by key and button, and the focus stays', async ({ page }) => {
    const table = page.getByRole('table', { name: /The board in numbers/ });
    const button = page.getByRole('button', { name: 'Table' });
    await expect(table).toHaveCount(0);
    await button.focus();
    await page.keyboard.press('t');
    await expect(table).toBeVisible();
    await expect(table).toBeInViewport();
    await expect(button).toBeFocused();
    await expect(table.getByRole('columnheader')).toHaveCount(COLUMNS);
    await expect(table.getByRole('rowheader')).toHaveText([/Ajax polling/, /Long polling/, /WebSocket/, /SSE/]);
    await page.getByRole('region', { name: 'Table' }).focus();
    await page.keyboard.press('t');
    await expect(table).toHaveCount(0);
    await expect(button).toBeFocused();
    await button.click();
    await expect(button).toHaveAttribute('aria-pressed', 'true');
  });

  test('has the numbers of the lanes, and a reason where one is missing', async ({ page }) => {
    // Before the server has counted anything for a lane.
    await page.route('**/api/stats**', (route) => route.abort());
    await page.reload();
    await expect(page.locator('[data-state="live"]')).toHaveCount(4, { timeout: 30_000 });
    await page.keyboard.press('t');
    const row = (way: string) => page.locator(`[data-row="${way}"]`);
    await expect(row('sse').locator('.state')).toHaveText('live');
    await expect(row('sse').locator('.requests')).toHaveText('– not counted yet');
    await expect(row('sse').locator('.perUpdate')).toHaveText('– no update counted yet');
    await page.unroute('**/api/stats**');
    await expect(row('sse').locator('.requests')).toHaveText('1');
    await expect(row('sse').locator('.open')).toHaveText('1');
    await expect(row('sse').locator('.price')).toHaveText(/^\d+\.\d\d$/);
    await expect(row('sse').locator('.missed')).toHaveText(/^0\s%$/);
    await page.keyboard.press('4');
    await expect(row('sse').locator('.state')).toHaveText('switched off');
    // While time stands still, so does the table.
    await page.keyboard.press('Space');
    await expect(page.locator('caption')).toContainText('paused');
    const frozen = await page.locator('tbody').innerText();
    await page.waitForResponse((response) => response.url().includes('/api/stats'));
    await page.waitForResponse((response) => response.url().includes('/long-poll/'));
    expect(await page.locator('tbody').innerText()).toBe(frozen);
  });

  for (const lang of ['en', 'zh']) {
    test(`can be used by everybody, ${lang}`, async ({ page, server }) => {
      await page.goto(`/${lang}/board#presenter=${server.token}`);
      await expect(page.locator('[data-state="live"]')).toHaveCount(4, { timeout: 30_000 });
      await page.keyboard.press('t');
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violations(page)).toEqual([]);
      }
      for (const width of [1920, 1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width} px`).toBeLessThanOrEqual(
          width,
        );
      }
      // On a phone it scrolls in its own box, and whose numbers they are stays in sight.
      const region = page.locator('.table');
      expect(await region.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true);
      await region.scrollIntoViewIfNeeded();
      await region.evaluate((box) => box.scrollTo(box.scrollWidth, 0));
      await expect(page.locator('[data-row="sse"] th')).toBeInViewport({ ratio: 1 });
      await expect(page.locator('[data-row="sse"] .state')).toBeInViewport({ ratio: 1 });
    });
  }
});
