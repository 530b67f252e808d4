// The lab of the connection budget in Chromium: six over HTTP/1.1, what hangs then, and what helps.

import { expect, type Page } from '@playwright/test';

import { LANGS, test, violations } from './site.ts';

const rows = (page: Page, stage: string) => page.locator(`[data-row][data-stage="${stage}"]`);
const request = (page: Page) => page.locator('[data-row="request"]');

/** Chooses a manner by its key, and begins. */
async function begin(page: Page, manner: number) {
  await page.keyboard.press(String(manner));
  await page.keyboard.press('o');
}

test.beforeEach(({ page }) => page.goto('/en/budget').then(() => expect(page.locator('.predict')).toBeVisible()));

test('six streams live, the others wait, and so does a request', async ({ page, wrong }) => {
  await begin(page, 1);
  await expect(request(page)).toHaveAttribute('data-stage', 'waiting');
  await expect(rows(page, 'open')).toHaveCount(6);
  await expect(rows(page, 'waiting')).toHaveCount(3);
  await page.keyboard.press('c');
  await expect(rows(page, 'closed')).toHaveCount(1);
  await expect(rows(page, 'waiting')).toHaveCount(2); // one of those that waited has its place
  await expect(page.locator('[data-manner="each"]')).toContainText(/no answer in 4/, { timeout: 10_000 });
  await page.keyboard.press('x');
  await expect(rows(page, 'closed')).toHaveCount(9);
  expect(wrong).toEqual([]);
});

test('one stream is enough for all, and the next one follows its holder', async ({ page, wrong }) => {
  await begin(page, 2);
  await expect(rows(page, 'fed')).toHaveCount(7);
  await expect(rows(page, 'open')).toHaveCount(1);
  await expect(request(page)).toHaveAttribute('data-stage', 'answered');
  await page.keyboard.press('c');
  await expect(rows(page, 'open')).toHaveCount(1);
  await expect(rows(page, 'fed')).toHaveCount(6);
  expect(wrong).toEqual([]);
});

test('another tab takes part in the one stream', async ({ page, context }) => {
  await begin(page, 2);
  await expect(rows(page, 'fed')).toHaveCount(7);
  const other = await context.newPage();
  await other.goto('/en/budget');
  await expect(other.locator('.predict')).toBeVisible();
  await begin(other, 2);
  await expect(rows(other, 'fed')).toHaveCount(8);
  await page.close();
  await expect(rows(other, 'open')).toHaveCount(1);
});

test('WebSockets are counted apart', async ({ page, wrong }) => {
  await begin(page, 4);
  await expect(rows(page, 'open')).toHaveCount(8);
  await expect(request(page)).toHaveAttribute('data-stage', 'answered');
  expect(wrong).toEqual([]);
});

test('without a class it says what other origins need', async ({ page }) => {
  await begin(page, 3);
  await expect(page.getByRole('status')).toContainText('needs a class');
  await expect(page.locator('[data-manner="elsewhere"]')).toContainText('needs a class');
});

test('lets go of everything for the page that follows', async ({ page }) => {
  await page.setViewportSize({ width: 1400, height: 900 });
  await begin(page, 1);
  await expect(rows(page, 'open')).toHaveCount(6);
  await page.getByRole('link', { name: 'Board', exact: true }).first().click();
  // Sooner than the lab would give its connections back by itself.
  await expect(page.locator('canvas').first()).toBeVisible({ timeout: 15_000 });
});

for (const lang of LANGS) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`/${lang}/budget can be used by everybody, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(`/${lang}/budget`);
      await expect(page.locator('.predict')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await begin(page, 2);
      await page.keyboard.press('t');
      await expect(rows(page, 'fed')).toHaveCount(7);
      await expect(page.locator('table caption')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      for (const width of [1920, 1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide, `${width} px`).toBeLessThanOrEqual(width);
        // A slider is a line with its numbers under it.
        const slider = await page.getByRole('slider').locator('..').boundingBox();
        expect(slider!.height, `${width} px`).toBeLessThan(120);
      }
    });
  }
}
