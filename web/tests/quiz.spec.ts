// The quiz items of every lesson, in both languages: what each answer says, by mouse and by key.

import { readFileSync } from 'node:fs';

import { expect, type Locator, type Page } from '@playwright/test';

import { LANGS, LESSONS, test } from './site.ts';

interface Item {
  id: string;
  options: { right: boolean; why: string }[];
}

/** The quiz items as the page's text has them, so that the shown reason is compared with the written one. */
function items(path: string): Item[] {
  const page = readFileSync(new URL(`../../lessons${path}.md`, import.meta.url), 'utf8');
  return [...page.matchAll(/^<QuizItem id="([^"]+)"[\s\S]*?\/>$/gm)].map(([whole, id]) => ({
    id: id!,
    options: [...whole.matchAll(/^ +\{ text: .*$/gm)].map(([line]) => ({
      right: line.includes(' right: true,'),
      why: /why: '(.*)' \},$/.exec(line)![1]!.replaceAll('`', ''),
    })),
  }));
}

const quiz = (page: Page, { id }: Item) => page.locator(`[id="${id}"]`);
const right = (item: Item, place: number) => item.options[place]!.right;
const signs = (item: Locator) => item.locator('.sign').allInnerTexts();

for (const path of LANGS.flatMap((lang) => LESSONS.map((lesson) => `/${lang}/${lesson}`))) {
  test(`${path}: every answer keeps its mark and says why`, async ({ page, wrong }) => {
    const all = items(path);
    expect(all.length).toBeGreaterThanOrEqual(4);
    await page.goto(path);
    await expect(page.locator('.quiz')).toHaveCount(all.length);
    for (const item of all) {
      const shown = quiz(page, item);
      const told = shown.getByRole('status');
      expect(item.options.filter(({ right }) => right)).toHaveLength(1);
      expect(await signs(shown)).toEqual(item.options.map(() => ''));
      await expect(shown.locator('.why')).toHaveCount(0);

      // The wrong ones first: each keeps its ✕ beside those that follow, and the right one is shown from the first on.
      const order = item.options
        .map((_, place) => place)
        .sort((a, b) => Number(right(item, a)) - Number(right(item, b)));
      const tried = new Set<number>();
      for (const place of order) {
        await shown.locator('label').nth(place).click();
        tried.add(place);
        const marks = item.options.map((option, at) => (option.right ? '✓' : tried.has(at) ? '✕' : ''));
        await expect.poll(() => signs(shown)).toEqual(marks);
        await expect(shown.locator('.why')).toHaveText(item.options.filter((_, at) => marks[at]).map(({ why }) => why));
        await expect(told).toContainText(item.options[place]!.why);
        const verdict = path.startsWith('/zh') ? ['不对。', '对。'] : ['Not so. ', 'Right. '];
        await expect(told).toHaveText(new RegExp(`^${verdict[Number(right(item, place))]!}`));
      }
    }
    expect(wrong).toEqual([]);
  });
}

for (const lang of LANGS) {
  test(`/${lang}: the arrow keys look around, Space and Enter answer`, async ({ page }) => {
    const path = `/${lang}/${LESSONS[0]}`;
    await page.goto(path);
    const [first, second] = items(path) as [Item, Item];
    for (const [item, key] of [
      [first, 'Space'],
      [second, 'Enter'],
    ] as const) {
      const shown = quiz(page, item);
      const radios = shown.getByRole('radio');
      const wrong = item.options.findIndex(({ right }) => !right);
      await radios.first().focus();
      // Up from the first is the last, down from there the first again; nothing of it is an answer.
      await page.keyboard.press('ArrowUp');
      await expect(radios.last()).toBeFocused();
      await page.keyboard.press('ArrowDown');
      await expect(radios.first()).toBeFocused();
      for (let place = 0; place < wrong; place += 1) await page.keyboard.press('ArrowRight');
      await expect(radios.nth(wrong)).toBeFocused();
      expect(await signs(shown)).toEqual(item.options.map(() => ''));
      await page.keyboard.press(key);
      const marks = item.options.map(({ right }, at) => (right ? '✓' : at === wrong ? '✕' : ''));
      await expect.poll(() => signs(shown)).toEqual(marks);
      await expect(shown.getByRole('status')).toContainText(item.options[wrong]!.why);
      // Where the keys stand can be seen.
      const ring = shown.locator('.sign').nth(wrong);
      await expect(ring).toHaveCSS('outline-style', 'solid');
    }
  });
}
