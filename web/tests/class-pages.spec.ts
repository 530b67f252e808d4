// The pages of a class in both languages: complete, quiet, accessible, and no wider than their windows.

import { expect, type Page } from '@playwright/test';

import { allLive, PATIENCE, test } from './class.ts';
import { LANGS, violations } from './site.ts';

const SIZES = [
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
  { width: 390, height: 844 },
];

/** Each language is looked at on a projector and on a phone, one light and one dark. */
const SEEN = {
  en: [
    [SIZES[0]!, 'light'],
    [SIZES[2]!, 'dark'],
  ],
  zh: [
    [SIZES[0]!, 'dark'],
    [SIZES[2]!, 'light'],
  ],
} as const;

/** Each page with the sign that it is in a class and lives. */
const PAGES: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
  ['board', allLive],
  ['join', (page) => expect(page.getByRole('group').getByRole('button')).toHaveCount(4)],
  ['wire', (page) => expect(page.getByRole('listbox')).toHaveCount(4, PATIENCE)],
  ['budget', (page) => expect(page.getByRole('heading', { level: 1 })).toBeVisible()],
];

for (const lang of LANGS) {
  for (const [name, lives] of PAGES) {
    test(`/${lang}/${name} of a class can be used by everybody`, async ({ page, room, wrong }) => {
      const presents = name === 'board' ? `#presenter=${room.token}` : '';
      await page.setViewportSize(SIZES[0]!);
      await page.goto(`/${lang}/${name}${presents}`);
      await lives(page);
      await expect(page.locator('html')).toHaveAttribute('lang', lang === 'zh' ? 'zh-CN' : 'en');
      await expect(page.locator('h1')).toHaveCount(1);
      if (name === 'board') await expect(page.locator('[data-fault="delay"]')).toBeVisible();
      for (const size of SIZES) {
        await page.setViewportSize(size);
        const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
        await expect.poll(wide, { message: `${size.width} px` }).toBeLessThanOrEqual(size.width);
      }
      for (const [size, colorScheme] of SEEN[lang]) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        expect(await violations(page), `${size.width} px, ${colorScheme}`).toEqual([]);
      }
      expect(wrong).toEqual([]);
    });
  }
}

test('short paths lead to the page in the language of the browser', async ({ browser, room }) => {
  for (const [locale, lang] of [
    ['zh-CN', 'zh'],
    ['en-GB', 'en'],
  ] as const) {
    const context = await browser.newContext({ locale });
    const page = await context.newPage();
    for (const name of ['board', 'join', 'wire', 'budget']) {
      await page.goto(`${room.origin}/${name}`);
      expect(new URL(page.url()).pathname).toBe(`/${lang}/${name}`);
    }
    await context.close();
  }
});

test('the token leaves the address, and goes to no lane', async ({ page, room }) => {
  const told: string[] = [];
  page.on('request', (request) => {
    const { authorization = '' } = request.headers();
    if (`${request.url()} ${authorization}`.includes(room.token)) told.push(new URL(request.url()).host);
  });
  await page.setViewportSize(SIZES[0]!);
  await page.goto(`/en/board#presenter=${room.token}`);
  await allLive(page);
  await expect(page).toHaveURL(`${room.origin}/en/board`);
  await page.keyboard.press('d');
  await expect(page.locator('[data-fault="delay"]')).toHaveAttribute('aria-pressed', 'true', PATIENCE);
  expect(new Set(told)).toEqual(new Set([room.address]));
  expect(await page.evaluate(() => document.documentElement.innerHTML)).not.toContain(room.token);
});

test('the address of the class fills the room at one key', async ({ page, room }) => {
  await page.setViewportSize(SIZES[0]!);
  await page.goto(`${room.origin}/en/board`);
  await allLive(page);
  const sheet = page.getByRole('dialog', { name: 'Join by phone' });
  await page.keyboard.press('j');
  await expect(sheet).toBeVisible();
  // This class listens for this machine alone, so no phone can join, and it says how one could.
  await expect(sheet).toContainText('fourways classroom --listen 0.0.0.0');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('j');
  await expect(sheet).toBeHidden();
});
