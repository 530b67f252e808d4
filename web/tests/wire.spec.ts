// The wire inspector in a class: one update as all four ways carried it. What it shows is held against the bytes that the
// class kept.

import { readFileSync } from 'node:fs';

import { expect, type Page } from '@playwright/test';

import type { Told } from '../src/class/wire/piece.ts';
import type { WayName } from '../src/types.ts';
import { PATIENCE, test, WAYS } from './class.ts';

const column = (page: Page, way: WayName) => page.getByRole('listbox').and(page.locator(`[data-way="${way}"]`));
const chosen = (page: Page) => page.getByRole('option', { selected: true });
const detail = (page: Page) => page.getByRole('region', { name: 'The field that is chosen' });
const size = (text: string) => Number(text.replace(/[^\d]/g, ''));
/** The section of a lane, with its sums. */
const section = (page: Page, way: WayName) => page.locator('section').filter({ has: column(page, way) });

/** What a lane moved, by the inspector: in all, of that for the update, upwards and downwards. */
async function sums(page: Page, way: WayName) {
  const text = (await section(page, way).innerText()).replaceAll('\u202f', ' ');
  const of = (figure: RegExp) => size(figure.exec(text)?.[1] ?? 'missing');
  return {
    total: of(/([\d,]+) B/),
    update: of(/event ([\d,]+) B/),
    rest: of(/rest ([\d,]+) B/),
    up: of(/↑[^\d]*([\d,]+) B/),
    down: of(/↓[^\d]*([\d,]+) B/),
  };
}

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
});

test('the same update, as all four ways carried it', async ({ page, room, wrong }) => {
  const kept: Partial<Record<WayName, Told[]>> = {};
  page.on('response', async (response) => {
    const way = /exchanges\?lane=([\w-]+)&client=board-/.exec(response.url())?.[1] as WayName | undefined;
    if (way) kept[way] = (await response.json()) as Told[];
  });
  await page.goto(`${room.origin}/en/wire`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The same update, four ways');
  for (const way of WAYS) await expect(column(page, way)).toBeVisible(PATIENCE);

  const updates = new Set<string>();
  for (const way of WAYS) {
    const { total, update, rest, up, down } = await sums(page, way);
    expect([up + down, update + rest], way).toEqual([total, total]);
    const texts = await column(page, way).locator('[role="option"] [aria-hidden]').allInnerTexts();
    const shown = texts.join('').replaceAll(/\s/g, '');
    const event = /\{"seq":\d+,"at":\d+[^}]*\}/.exec(shown)?.[0];
    expect(event, `${way}: the update is among its bytes`).toBeDefined();
    expect(event!.length, way).toBe(update);
    updates.add(event!);
    // The class kept the very same.
    const pieces = kept[way]!.map((piece) => ({
      ...piece,
      text: Buffer.from(piece.base64, 'base64').toString('latin1'),
    }));
    const carrier = pieces.find(({ text, kind }) => text.includes(event!) && kind !== 'request')!;
    expect(carrier, `${way}: the class kept it`).toBeDefined();
    const beside = pieces.filter(({ connection }) => connection === carrier.connection);
    const place = beside.indexOf(carrier);
    if (way === 'ws' || way === 'sse') expect(down, way).toBe(carrier.length);
    else {
      const begin = beside.slice(0, place).findLastIndex(({ kind }) => kind === 'request');
      const exchange = beside.slice(begin, place + 1);
      expect(total, way).toBe(exchange.reduce((sum, { length }) => sum + length, 0));
    }
  }
  expect(updates.size, 'one update, the same bytes on all ways').toBe(1);
  // The masked frame head of a message is the least there can be; a request with its heads is far more.
  expect((await sums(page, 'ws')).rest).toBeLessThan((await sums(page, 'poll')).rest);
  expect(wrong).toEqual([]);
});

test('keys lead through the bytes, and each field is explained', async ({ page, room }) => {
  await page.goto(`${room.origin}/en/wire`);
  await expect(chosen(page)).toHaveCount(1, PATIENCE);
  const here = () => chosen(page).getAttribute('data-place');
  const explained = async () => {
    await expect(detail(page)).toContainText(/RFC \d+|WHATWG|HTML|this project's own format/);
    await expect(detail(page).getByRole('listitem').first()).toContainText(/^[\dA-F]{4}/);
  };
  await explained();
  const first = await here();
  await page.keyboard.press('ArrowRight');
  await expect.poll(here).not.toBe(first);
  await explained();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(here).toBe(first);
  for (const [place, way] of WAYS.entries()) {
    await page.keyboard.press(String(place + 1));
    await expect(column(page, way)).toBeFocused();
    await expect(column(page, way).getByRole('option', { selected: true })).toHaveCount(1);
    await expect(chosen(page)).toHaveCount(1);
    await explained();
  }
  await page.keyboard.press('ArrowUp');
  await expect(column(page, 'ws')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(column(page, 'sse')).toBeFocused();
  // The column says to a screen reader which of its options is meant.
  const active = await column(page, 'sse').getAttribute('aria-activedescendant');
  expect(active).toBe(await chosen(page).getAttribute('id'));
  await page.keyboard.press('1');
  await page.keyboard.press('ArrowRight');
  await expect(chosen(page)).toHaveCount(1);
  await explained();
});

test('the pointer explains what it is over', async ({ page, room }) => {
  await page.goto(`${room.origin}/en/wire`);
  await expect(chosen(page)).toHaveCount(1, PATIENCE);
  const head = column(page, 'poll').getByRole('option').first();
  await head.hover();
  await expect(detail(page)).toContainText('GET /poll/stock-price');
  await expect(detail(page).getByRole('link', { name: /RFC/ })).toHaveAttribute('href', /^https:\/\//);
  await page.locator('h1').hover();
  await head.click();
  await expect(head).toHaveAttribute('aria-selected', 'true');
});

test('it is saved as text, with every byte', async ({ page, room, context }) => {
  await page.goto(`${room.origin}/en/wire`);
  await expect(chosen(page)).toHaveCount(1, PATIENCE);
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('e')]);
  expect(download.suggestedFilename()).toBe('fourways-wire.txt');
  const text = readFileSync(await download.path(), 'utf8').replaceAll('\u202f', ' ');
  for (const way of WAYS) {
    const { total } = await sums(page, way);
    const glyph = { poll: '●', 'long-poll': '■', ws: '◆', sse: '▼' }[way];
    const part = text.slice(text.indexOf(glyph)).split(/\n\n?(?=[●■◆▼])/)[0]!;
    expect(size(/, ([\d,]+) B/.exec(part)![1]!), way).toBe(total);
    const bytes = [...part.matchAll(/^[\da-f]{4} {2}((?:[\da-f]{2} )+)/gim)].flatMap(([, row]) =>
      row!.trim().split(' '),
    );
    expect(bytes.length, way).toBe(total);
    const read = Buffer.from(bytes.join(''), 'hex').toString('latin1');
    expect(read, way).toMatch(/\{"seq":\d+,"at":\d+,"symbol":"ACME"/);
  }
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.keyboard.press('c');
  await expect(page.getByRole('status').filter({ hasText: 'Copied.' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied.replaceAll('\u202f', ' ')).toBe(text);
});

test('the last exchanges, one after the other, and the newest on demand', async ({ page, room }) => {
  await page.goto(`${room.origin}/en/wire`);
  await expect(chosen(page)).toHaveCount(1, PATIENCE);
  const before = await column(page, 'sse').innerText();
  await page.getByRole('button', { name: /^Newest/ }).click();
  await expect(column(page, 'sse')).not.toHaveText(before, PATIENCE);
  await page.keyboard.press('u');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The last exchanges');
  await page.keyboard.press('4');
  const count = section(page, 'sse').getByText(/\d+ of \d+$/);
  const [now, all] = (await count.innerText())
    .match(/(\d+) of (\d+)$/)!
    .slice(1)
    .map(Number) as [number, number];
  expect(now).toBe(all);
  await page.keyboard.press('[');
  await expect(count).toHaveText(new RegExp(`${now - 1} of ${all}$`));
  await page.getByRole('button', { name: /^Later/ }).click();
  await expect(count).toHaveText(new RegExp(`${now} of ${all}$`));
  await page.keyboard.press('u');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The same update, four ways');
});

test('on a phone one lane has all of the width', async ({ page, room }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${room.origin}/en/wire`);
  await expect(chosen(page)).toHaveCount(1, PATIENCE);
  const columns = page.locator('.lanes > *').filter({ visible: true });
  await expect(columns).toHaveCount(1);
  expect((await columns.boundingBox())!.width).toBeGreaterThan(300);
});
