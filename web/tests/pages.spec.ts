// Every page in both languages: complete, quiet, accessible, and no wider than its window.

import { expect } from '@playwright/test';

import { LANGS, LESSONS, test, violations } from './site.ts';

const PAGES = LANGS.flatMap((lang) => ['', 'board', ...LESSONS].map((page) => `/${lang}/${page}`));

for (const path of PAGES) {
  test(`${path} stands`, async ({ page, wrong }) => {
    await page.goto(path);
    await expect(page.locator('h1')).toHaveCount(1);
    await expect(page.locator('html')).toHaveAttribute('lang', path.startsWith('/zh') ? 'zh-CN' : 'en');
    // Something lives on every page: a canvas that is drawn.
    await expect(page.locator('canvas').first()).toBeVisible();
    for (const width of [1920, 1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width} px`).toBeLessThanOrEqual(width);
    }
    expect(wrong).toEqual([]);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${path} can be used by everybody, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto(path);
      await expect(page.locator('h1')).toHaveCount(1);
      expect(await violations(page)).toEqual([]);
    });
  }
}

// These live in a class; without one they stand, and say what is missing.
for (const lang of LANGS) {
  for (const [name, says] of [
    ['wire', 'fourways classroom'],
    ['join', 'fourways classroom'],
    ['budget', ''],
  ] as const) {
    const path = `/${lang}/${name}`;
    test(`${path} stands without a class`, async ({ page, wrong }) => {
      await page.goto(path);
      await expect(page.locator('h1')).toHaveCount(1);
      await expect(page.locator('main')).toContainText(says);
      await expect(page.locator('html')).toHaveAttribute('lang', lang === 'zh' ? 'zh-CN' : 'en');
      for (const [width, colorScheme] of [
        [1920, 'light'],
        [1280, 'dark'],
        [390, 'dark'],
      ] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width} px`).toBeLessThanOrEqual(
          width,
        );
        expect(await violations(page), `${width} px, ${colorScheme}`).toEqual([]);
      }
      expect(wrong).toEqual([]);
    });
  }
}

test("the first language is the browser's", async ({ browser, server }) => {
  for (const [locale, path] of [
    ['zh-CN', '/zh/'],
    ['en-GB', '/en/'],
    ['de-DE', '/en/'],
  ] as const) {
    const context = await browser.newContext({ locale });
    const page = await context.newPage();
    await page.goto(server.origin);
    expect(new URL(page.url()).pathname).toBe(path);
    await context.close();
  }
});

test('the menu of a slide leads to the other language and to the other theme', async ({ page, wrong }) => {
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.goto('/en/board');
  await page.locator('summary').click();
  await page.getByRole('link', { name: '中文' }).first().click();
  await expect(page).toHaveURL(/\/zh\/board/);
  await page.locator('summary').click();
  await page.getByRole('button', { name: '深色' }).click();
  await expect(page.locator('html')).toHaveClass(/dark/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: '浅色' })).toBeHidden();
  expect(wrong).toEqual([]);
});

test('the switch of the language keeps the page', async ({ page, wrong }) => {
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.goto(`/en/${LESSONS[0]}`);
  await page
    .getByRole('button', { name: /language/i })
    .first()
    .hover();
  await page.getByRole('link', { name: '中文' }).first().click();
  await expect(page).toHaveURL(new RegExp(`/zh/${LESSONS[0]}`));
  expect(wrong).toEqual([]);
});

test('the search finds Chinese', async ({ page, wrong }) => {
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.goto('/zh/');
  await page.getByRole('button', { name: '搜索' }).first().click();
  for (const word of ['长轮询', '心跳', '轮询']) {
    await page.getByRole('searchbox').fill(word);
    await expect(page.locator('.result').first()).toBeVisible();
  }
  expect(wrong).toEqual([]);
});

test('a path that is nothing says so', async ({ page }) => {
  const answer = await page.goto('/en/nothing');
  expect(answer?.status()).toBe(404);
});
