// Phones in a class: they join, the board counts them, they bet, change their mind, and leave. What the page shows is
// what the class says.

import { expect, type Browser, type Page } from '@playwright/test';

import type { Classroom } from '../../clients/node/classroom.mjs';
import type { ClassState } from '../src/class/state.ts';
import type { WayName } from '../src/types.ts';
import { allLive, openBoard, PATIENCE, test, visitor } from './class.ts';
import { violations } from './site.ts';

const PHONE = { width: 390, height: 844 };
const NAMES: Record<WayName, string> = {
  poll: 'Ajax polling',
  'long-poll': 'Long polling',
  ws: 'WebSocket',
  sse: 'SSE',
};

/** A phone that joins by a way of its choice, or by the one that it is given. */
async function phone(browser: Browser, { origin }: Classroom, way?: WayName): Promise<Page> {
  const page = await visitor(browser, PHONE);
  await page.goto(`${origin}/en/join`);
  if (way) await page.getByRole('button', { name: NAMES[way] }).click();
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(page.locator('[data-state="live"]')).toBeVisible(PATIENCE);
  return page;
}

const wayOf = async (page: Page) => (await page.locator('[data-way]').getAttribute('data-way')) as WayName;
const numberOf = async (page: Page) => Number((await page.getByText(/^phone \d+$/).innerText()).slice(6));
const bet = (page: Page, way: WayName) => page.locator('section').getByRole('button', { name: NAMES[way] });
const state = async (room: Classroom) => (await room.state()) as ClassState;

test('two phones join, the board counts them, and one leaves', async ({ page, browser, room, wrong }) => {
  await openBoard(page, room);
  const wave = page.getByText(/phones?, \d+ got the last tick/);
  await expect(wave).toHaveCount(0);
  const chosen = await phone(browser, room, 'sse');
  expect(await wayOf(chosen)).toBe('sse');
  await expect(wave).toHaveText(/^1 phone, /);
  expect((await state(room)).phones).toEqual({ joined: 1, lanes: { poll: 0, 'long-poll': 0, ws: 0, sse: 1 } });
  // Its dot is filled: it got a tick.
  await expect(wave).toHaveText('1 phone, 1 got the last tick', PATIENCE);

  const given = await phone(browser, room);
  const way = await wayOf(given);
  expect(way, 'the class gives a lane that has nobody').not.toBe('sse');
  await expect(wave).toHaveText(/^2 phones, /);
  expect((await state(room)).phones).toEqual({
    joined: 2,
    lanes: { poll: 0, 'long-poll': 0, ws: 0, sse: 1, [way]: 1 },
  });
  expect(await numberOf(given)).toBeGreaterThan(await numberOf(chosen));
  for (const one of [chosen, given]) {
    await expect(one.getByRole('button', { name: /^latency, error ±\d/ })).toBeVisible(PATIENCE);
    await expect(one.locator('[data-number="latency"] dd')).toHaveText(/^\d/, PATIENCE);
  }
  expect(await violations(chosen)).toEqual([]);

  await given.context().close();
  await expect(wave).toHaveText(/^1 phone, /, PATIENCE);
  await expect.poll(async () => (await state(room)).phones.lanes[way], PATIENCE).toBe(0);
  await chosen.context().close();
  await expect(wave).toHaveCount(0, PATIENCE);
  expect(wrong).toEqual([]);
});

test('phones bet, change their mind, and are counted', async ({ page, browser, room }) => {
  await openBoard(page, room);
  const [one, two] = [await phone(browser, room, 'ws'), await phone(browser, room, 'long-poll')];
  await expect(bet(one, 'sse')).toHaveCount(0);
  await page.keyboard.press('PageDown');
  const question = await page
    .getByRole('region', { name: /^Demo: / })
    .getByRole('status')
    .innerText();
  const asked = question.replace(/^Predict\s*/, '');
  for (const phone of [one, two]) {
    await expect(phone.getByRole('heading', { name: asked })).toBeVisible();
    await bet(phone, 'poll').click();
    await expect(bet(phone, 'poll')).toHaveAttribute('aria-pressed', 'true');
  }
  const counts = page
    .getByRole('region', { name: /^Demo: / })
    .getByText('Your bets')
    .locator('..');
  await expect(counts).toHaveText(/● Ajax polling\s*2\D.*2 of 2$/);
  expect((await state(room)).bets.counts).toEqual({ poll: 2, 'long-poll': 0, ws: 0, sse: 0 });

  await bet(two, 'sse').click();
  await expect(counts).toHaveText(/● Ajax polling\s*1\D.*▼ SSE\s*1\s*2 of 2$/);
  expect((await state(room)).bets).toMatchObject({ open: true, placed: 2, counts: { poll: 1, sse: 1 } });

  await page.keyboard.press('PageDown');
  for (const [phone, name] of [
    [one, 'Ajax polling'],
    [two, 'SSE'],
  ] as const) {
    await expect(phone.getByRole('status').filter({ hasText: `Yours was ${name}.` })).toBeVisible();
    await expect(bet(phone, 'poll')).toHaveCount(0);
  }
  expect((await state(room)).bets).toMatchObject({ open: false, counts: { poll: 1, sse: 1 } });
  for (const phone of [one, two]) await phone.context().close();
});

test('hidden bets are shown to nobody before they are closed', async ({ page, browser, room }) => {
  await openBoard(page, room);
  const voter = await phone(browser, room, 'sse');
  await room.command({ do: 'scene', id: 'same-update', step: 0 });
  await room.command({ do: 'bets', open: true, hidden: true });
  await bet(voter, 'ws').click();
  await expect(page.getByText('hidden until the bets are closed')).toBeVisible();
  await expect(page.getByText('1 of 1', { exact: true })).toBeVisible();
  expect((await state(room)).bets).toMatchObject({ open: true, placed: 1, counts: null });
  await page.keyboard.press('PageDown');
  await expect.poll(async () => (await state(room)).bets.counts?.ws).toBe(1);
  await voter.context().close();
});

test('a phone that was away comes back as itself', async ({ browser, room }) => {
  const page = await phone(browser, room, 'sse');
  const number = await numberOf(page);
  await room.command({ do: 'cut' });
  await expect(page.locator('[data-state="live"]')).toHaveCount(0, PATIENCE);
  await expect(page.locator('[data-state="live"]')).toBeVisible(PATIENCE);
  await page.reload();
  await expect(page.locator('[data-state="live"]')).toBeVisible(PATIENCE);
  expect(await numberOf(page)).toBe(number);
  expect((await state(room)).phones.lanes.sse).toBe(1);
  await page.context().close();
});

test('whoever has no token watches, and controls nothing', async ({ browser, room }) => {
  const page = await visitor(browser);
  await openBoard(page, room, true);
  const before = await state(room);
  await expect(page.locator('[data-fault]')).toHaveCount(0);
  await expect(page.locator('[aria-keyshortcuts="PageDown"]')).toHaveCount(0);
  for (const key of ['d', 'x', 'k', 'PageDown', 'r', 'm', '0']) await page.keyboard.press(key);
  // By hand, from the page's own origin: the server says no, and says why.
  const said = await page.evaluate(async () => {
    const asked = (headers: Record<string, string>) =>
      fetch('/api/class', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify({ do: 'kill' }),
      });
    const answers = [await asked({}), await asked({ Authorization: `Bearer ${'0'.repeat(32)}` })];
    return Promise.all(answers.map(async (answer) => [answer.status, (await answer.json()).title]));
  });
  expect(said).toEqual([
    [401, "this needs the presenter's token"],
    [401, expect.stringContaining('token')],
  ]);
  expect(await state(room)).toEqual(before);
  await allLive(page);
  await page.context().close();
});
