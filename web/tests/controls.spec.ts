// Every control of the board, by mouse and by key: each does what it says.

import { expect, type Page } from '@playwright/test';

import { test } from './site.ts';

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
  const select = page.locator('select[aria-keyshortcuts="I"]');
  const before = await select.inputValue();
  await page.keyboard.press('i');
  await expect(select).not.toHaveValue(before);
  await select.selectOption({ index: 0 });
  const fast = Number(await select.inputValue());
  await expect(lane(page, 'poll')).toContainText(`every ${fast}`);
  const asked = () =>
    page.waitForRequest(
      (request) => request.url().includes('/poll/stock-price?symbols') && request.url().includes('lane='),
    );
  await asked();
  const first = Date.now();
  await asked();
  expect(Date.now() - first).toBeLessThan(1_900);
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
