// What the presenter does to the servers of the lanes, by key and by button: ends them, lets them come back, sends them a
// crowd. The class says it, the board shows it, and the lane's own server has it.

import { expect, type Page } from '@playwright/test';

import type { Classroom } from '../../clients/node/classroom.mjs';
import type { WayName } from '../src/types.ts';
import {
  allLive,
  choose,
  click,
  faultButton,
  lane,
  named,
  openBoard,
  openRest,
  PATIENCE,
  press,
  says,
  set,
  test,
  visitor,
  WAYS,
} from './class.ts';
import { ask, Stream } from './class-road.ts';

test.use({ rate: 10 });

const pids = async (room: Classroom) =>
  Object.fromEntries(await Promise.all(WAYS.map(async (way) => [way, (await room.lane(way))!.pid] as const)));
const isUp = (room: Classroom, way: WayName, other: unknown) =>
  says(room, way, ({ state, pid }) => state === 'up' && pid !== other);
/** A cell of the board's table. */
const cell = (page: Page, way: WayName, column: string) => page.locator(`[data-row="${way}"] .${column}`);

test('a killed server that is left dead is shown, and started again by hand', async ({ page, browser, room }) => {
  await openBoard(page, room);
  const watcher = await visitor(browser);
  await openBoard(watcher, room, true);
  const before = await pids(room);
  await press(page, 'leave-dead');
  await expect.poll(async () => (await room.state()).leave_dead).toBe(true);
  await openRest(page);
  await expect(faultButton(page, 'leave-dead')).toHaveAttribute('aria-pressed', 'true');
  await choose(page, 'ws');
  await press(page, 'kill');
  await says(room, 'ws', ({ state, exit, pid }) => state === 'down' && exit === 'SIGKILL' && pid === null);
  await expect(ask(await room.road('ws'))).rejects.toThrow(/ECONNREFUSED/);
  for (const one of [page, watcher]) {
    await expect(lane(one, 'ws')).toHaveAttribute('data-server', 'down');
    await expect(lane(one, 'ws')).toContainText('stopped, SIGKILL');
    await expect(named(one, '◆ WebSocket server dead')).toBeVisible();
  }
  await expect(page.locator('section[data-server="up"]')).toHaveCount(3);
  const again = (one: Page) => one.getByRole('button', { name: 'Restart the server of WebSocket' });
  await expect(again(watcher)).toHaveCount(0);
  await again(page).click();
  await isUp(room, 'ws', before.ws);
  await expect(again(page)).toHaveCount(0);
  for (const one of [page, watcher]) await allLive(one);
  expect({ ...(await pids(room)), ws: before.ws }).toEqual(before);
  await click(page, 'leave-dead');
  await expect.poll(async () => (await room.state()).leave_dead).toBe(false);
  await watcher.context().close();
});

test('a killed server comes back by itself', async ({ page, room, wrong }) => {
  await openBoard(page, room);
  const before = await pids(room);
  await choose(page, 'sse');
  const stream = new Stream(await room.road('sse'));
  await stream.more(1);
  await click(page, 'kill');
  expect(await stream.ended()).toBe('broken');
  await isUp(room, 'sse', before.sse);
  await allLive(page);
  const next = new Stream(await room.road('sse'));
  await next.more(1);
  // The same market: the numbers go on.
  expect(next.heard[0]!.seq).toBeGreaterThan(stream.heard.at(-1)!.seq);
  next.close();
  expect(wrong.filter((text) => !/net::ERR/.test(text))).toEqual([]);
});

test('a deploy says goodbye to everyone, a restart to nobody', async ({ page, room }) => {
  await openBoard(page, room);
  const before = await pids(room);
  const stream = new Stream(await room.road('sse'));
  await stream.more(1);
  await press(page, 'deploy');
  expect(await stream.ended()).toBe('whole');
  for (const way of WAYS) await isUp(room, way, before[way]);
  await allLive(page);
  await expect(
    page
      .locator('.names')
      .getByText(/server drains, \d/)
      .last(),
  ).toBeVisible(PATIENCE);

  const after = await pids(room);
  const other = new Stream(await room.road('poll'));
  await other.more(1);
  await choose(page, 'poll');
  await click(page, 'restart');
  expect(await other.ended()).toBe('broken');
  await isUp(room, 'poll', after.poll);
  await allLive(page);
  expect({ ...(await pids(room)), poll: after.poll }).toEqual(after);
});

test('a crowd comes to one lane, and goes', async ({ page, room }) => {
  await openBoard(page, room);
  await page.keyboard.press('t');
  await choose(page, 'sse');
  const crowd = async () => {
    const accounts = await room.stats('sse');
    return accounts.reduce((sum: number, { open }: { open: number }) => sum + open, 0);
  };
  const before = await crowd();
  for (const [name, jitter] of [
    ['extra', true],
    ['herd', false],
  ] as const) {
    await set(page, name, 10);
    await press(page, name);
    await says(room, 'sse', (lane) => lane.extra === 10 && lane.jitter === jitter);
    await expect.poll(crowd, PATIENCE).toBe(before + 10);
    await expect(faultButton(page, name)).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(async () => Number(await cell(page, 'sse', 'sockets').innerText()), PATIENCE).toBeGreaterThan(10);
    expect((await room.lane('ws'))!.extra).toBe(0);
    await click(page, name);
    await says(room, 'sse', ({ extra }) => extra === 0);
    await expect.poll(crowd, PATIENCE).toBe(before);
  }
});
