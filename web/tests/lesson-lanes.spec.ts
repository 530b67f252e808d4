// The live part of every lesson, in both languages: its lanes, its one control, and what is left when the network goes.

import { expect, type Locator, type Page } from '@playwright/test';

import { texts } from '../src/components/lesson-words.ts';
import { words, type Lang } from '../src/words.ts';
import { LANGS, LESSONS, test } from './site.ts';

const say = (lang: Lang) => ({ ...words[lang], ...texts[lang] });
const lane = (page: Page, way: string) => page.locator(`.live [data-way="${way}"]`);
const number = async (cell: Locator) => Number((await cell.innerText()).replaceAll(/[^\d.]/g, '') || Number.NaN);

/** Opens a lesson and waits until all of its lanes live. */
async function open(page: Page, path: string) {
  await page.goto(path);
  const lanes = page.locator('.live [data-way]');
  await expect(lanes.first()).toBeVisible();
  await expect(page.locator('.live [data-state="live"]')).toHaveCount(await lanes.count(), { timeout: 30_000 });
  return lanes.count();
}

/** Moves a slider by key; what is asked from then on is of a new count. */
async function slide(page: Page, key: 'Home' | 'End') {
  await page.locator('.live').getByRole('slider').focus();
  await page.keyboard.press(key);
}

for (const lang of LANGS) {
  test(`/${lang}: the interval of polling`, async ({ page, wrong }) => {
    expect(await open(page, `/${lang}/02-polling`)).toBe(2);
    const { lanes, interval, seconds } = say(lang);
    const [, missed, requests] = [0, 1, 2].map((column) => page.locator('.live tr.poll td').nth(column));
    // Every 2 s of a price that changes six times a second: most are never seen.
    await expect.poll(() => number(missed!), { timeout: 30_000 }).toBeGreaterThan(60);
    await slide(page, 'Home');
    await expect(page.getByRole('slider', { name: interval })).toHaveAttribute('aria-valuetext', seconds(0.2));
    await expect(lane(page, 'poll')).toContainText(lanes.poll.how(0.2, 25));
    // Ten requests in, the share would still be what it was if the pause were.
    await expect(async () => {
      expect(await number(requests!)).toBeGreaterThanOrEqual(10);
      expect(await number(missed!)).toBeLessThan(60);
    }).toPass({ timeout: 30_000 });
    await slide(page, 'End');
    await expect(lane(page, 'poll')).toContainText(lanes.poll.how(10, 25));
    expect(wrong).toEqual([]);
  });

  test(`/${lang}: the hold of long polling`, async ({ page, wrong }) => {
    expect(await open(page, `/${lang}/03-long-polling`)).toBe(2);
    const { lanes, hold, seconds } = say(lang);
    await expect(lane(page, 'long-poll')).toContainText(lanes['long-poll'].how(2, 25));
    const asked = page.waitForRequest((request) => /\/long-poll\/.*hold=0\.5&after=/.test(request.url()));
    await slide(page, 'Home');
    await asked;
    await expect(page.getByRole('slider', { name: hold })).toHaveAttribute('aria-valuetext', seconds(0.5));
    await expect(lane(page, 'long-poll')).toContainText(lanes['long-poll'].how(2, 0.5));
    expect(wrong).toEqual([]);
  });

  test(`/${lang}: the pause of SSE`, async ({ page, wrong }) => {
    expect(await open(page, `/${lang}/05-sse`)).toBe(2);
    const { pause, resume } = say(lang);
    const [live, table] = [page.locator('.live'), page.locator('.live table')];
    await live.getByRole('button', { name: pause }).click();
    const button = live.getByRole('button', { name: resume });
    await expect(button).toHaveAttribute('aria-pressed', 'true');
    const frozen = await table.innerText();
    // News still comes in: what is not frozen changes at once.
    for (let answers = 0; answers < 3; answers += 1) await page.waitForResponse(/\/long-poll\//);
    expect(await table.innerText()).toBe(frozen);
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(table).not.toHaveText(frozen);
    await expect(live.getByRole('button', { name: pause })).toHaveAttribute('aria-pressed', 'false');
    expect(wrong).toEqual([]);
  });

  test(`/${lang}: what is said on the WebSocket`, async ({ page, wrong }) => {
    expect(await open(page, `/${lang}/08-websocket`)).toBe(1);
    const { subscribe } = say(lang);
    const bolt = page.getByRole('button', { name: subscribe('BOLT') });
    const [connections, sent] = [1, 2].map((column) => page.locator('.live tr.ws td').nth(column));
    const before = await number(sent!);
    await bolt.click();
    await expect(bolt).toHaveAttribute('aria-pressed', 'true');
    await expect(page.getByRole('button', { name: subscribe('ACME') })).toHaveAttribute('aria-pressed', 'false');
    await expect.poll(() => number(sent!)).toBe(before + 1);
    // Eight prices of the other symbol, and still the one connection.
    await expect(page.locator('.live li', { hasText: '"symbol":"BOLT"' })).toHaveCount(8, { timeout: 30_000 });
    expect(await number(connections!)).toBe(1);
    await expect(lane(page, 'ws')).toHaveAttribute('data-state', 'live');
    expect(wrong).toEqual([]);
  });

  for (const lesson of LESSONS) {
    test(`/${lang}/${lesson}: without the network the last picture stays, and says why`, async ({ page, context }) => {
      const lanes = await open(page, `/${lang}/${lesson}`);
      const away = page.locator('.live .away');
      await expect(away).toHaveCount(0);
      await context.setOffline(true);
      await expect(away).toHaveText(texts[lang].away, { timeout: 30_000 });
      await expect(page.locator('.live canvas')).toHaveCount(lanes);
      // What needs no network goes on: the text, and the questions.
      const answer = page.locator('.quiz label').first();
      await answer.click();
      await expect(page.locator('.quiz .why').first()).toBeVisible();
      await context.setOffline(false);
      await expect(away).toHaveCount(0, { timeout: 30_000 });
      await expect(page.locator('.live [data-state="live"]')).toHaveCount(lanes, { timeout: 30_000 });
    });
  }
}
