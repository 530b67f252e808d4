// The counters of the board in a class: what stands beside each lane is what passed on its road, counted here from the
// class's own marks, and what the lane's server counted. And time: it stands, goes back, and goes on by steps.

import { expect, type Page } from '@playwright/test';

import type { WayName } from '../src/types.ts';
import { allLive, control, lane, openBoard, PATIENCE, test, WAYS } from './class.ts';
import { marksOf, type Passed } from './class-road.ts';

const cell = (page: Page, way: WayName, column: string) => page.locator(`[data-row="${way}"] .${column}`);
const price = (page: Page, way: WayName) => lane(page, way).locator('.price');
/** A size as the table writes it. */
const size = (bytes: number) => (bytes < 999.5 ? `${bytes} B` : `${(bytes / 1000).toPrecision(3)} kB`);
const shown = async (page: Page, way: WayName, column: string) =>
  (await cell(page, way, column).innerText()).replaceAll('\u202f', ' ').trim();

/** What passed on a lane's road for this board. */
function count(passed: readonly Passed[], way: WayName) {
  const mine = passed.filter((piece) => piece.way === way);
  const bytes = (up: boolean) =>
    mine.filter((piece) => piece.up === up && piece.kind !== 'lost').reduce((sum, piece) => sum + piece.bytes, 0);
  const ended = new Set(mine.filter(({ kind }) => kind === 'ended').map(({ connection }) => connection));
  const connections = new Set(mine.map(({ connection }) => connection));
  return {
    requests: mine.filter(({ kind }) => kind === 'request').length,
    open: connections.size - ended.size,
    up: bytes(true),
    down: bytes(false),
  };
}

/** Stops the lanes, so that what was counted stands still, and waits until the table has all of it. */
async function settle(page: Page): Promise<void> {
  for (const [place] of WAYS.entries()) await page.keyboard.press(String(place + 1));
  await expect(page.locator('section[data-state="off"]')).toHaveCount(4);
}

test('requests, connections and bytes are those of the road, and of the server', async ({ page, room, wrong }) => {
  const passed = marksOf(page);
  const clients = new Map<WayName, string>();
  page.on('request', (request) => {
    const [, way, client] = /\/(poll|long-poll|sse)\/stock-price\?.*lane=(board-[\w-]+)/.exec(request.url()) ?? [];
    if (way && client) clients.set(way as WayName, client);
  });
  page.on('websocket', (socket) => {
    const client = /\/ws\/stock-price\?.*lane=(board-[\w-]+)/.exec(socket.url())?.[1];
    if (client) clients.set('ws', client);
  });
  await openBoard(page, room);
  await page.keyboard.press('t');
  // Some answers, messages and events more, and at least two polls.
  await expect.poll(() => count(passed, 'poll').requests, PATIENCE).toBeGreaterThan(2);
  await expect.poll(() => passed.filter(({ way, seq }) => way === 'sse' && seq).length, PATIENCE).toBeGreaterThan(3);
  for (const way of ['ws', 'sse'] as const) {
    await expect.poll(() => shown(page, way, 'requests')).toBe('1');
    await expect.poll(() => shown(page, way, 'open')).toBe('1');
  }
  await settle(page);
  for (const way of WAYS) {
    const figures = async () => ({
      requests: await shown(page, way, 'requests'),
      up: await shown(page, way, 'up'),
      down: await shown(page, way, 'down'),
    });
    const counted = () => {
      const { requests, up, down } = count(passed, way);
      return { requests: String(requests), up: size(up), down: size(down) };
    };
    await expect(async () => expect(await figures(), way).toEqual(counted())).toPass(PATIENCE);
    // The server counts on its own side of the road: preflights name no client, so it may know of fewer requests.
    const [account] = await room.stats(way, clients.get(way));
    const { requests, up } = count(passed, way);
    expect(account.requests, way).toBeLessThanOrEqual(requests);
    expect(account.requests, way).toBeGreaterThan(0);
    expect(account.bytes_up, way).toBeLessThanOrEqual(up);
    if (way === 'ws' || way === 'sse') expect(account.requests, way).toBe(1);
  }
  expect(wrong).toEqual([]);
});

test('what the lane cost its process is told, with units', async ({ page, room }) => {
  await openBoard(page, room);
  await page.keyboard.press('t');
  for (const way of WAYS) {
    await expect(cell(page, way, 'cpu')).toHaveText(/^\d+\.\d\s%$/, PATIENCE);
    await expect(cell(page, way, 'memory')).toHaveText(/^[\d.]+\sMB$/);
    await expect(cell(page, way, 'sockets')).toHaveText(/^[1-9]\d*$/);
  }
});

test('pause, one step on, and back in time', async ({ page, room }) => {
  await openBoard(page, room);
  const before = await price(page, 'sse').innerText();
  await expect(price(page, 'sse')).not.toHaveText(before, PATIENCE);
  await page.keyboard.press('Space');
  await expect(control(page, 'Space')).toHaveAttribute('aria-pressed', 'true');
  const pictures = () =>
    page.locator('section canvas').evaluateAll((all) => {
      return all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    });
  let still = await pictures();
  // One redraw may have been under way.
  await expect(async () => {
    const now = await pictures();
    const same = now.every((picture, place) => picture === still[place]);
    still = now;
    expect(same).toBe(true);
  }).toPass(PATIENCE);
  const frozen = await lane(page, 'sse').innerText();
  // Prices go on to come, and the picture does not change.
  await page.waitForResponse((response) => response.url().includes('/long-poll/stock-price'));
  await page.waitForResponse((response) => response.url().includes('/long-poll/stock-price'));
  expect(await pictures()).toEqual(still);
  expect(await lane(page, 'sse').innerText()).toBe(frozen);
  await page.keyboard.press('.');
  await expect.poll(async () => (await pictures()).every((picture, place) => picture === still[place])).toBe(false);
  const stepped = await pictures();
  await page.keyboard.press(',');
  await expect.poll(async () => (await pictures()).every((picture, place) => picture === stepped[place])).toBe(false);
  await expect(control(page, 'Space')).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Space');
  await expect(control(page, 'Space')).toHaveAttribute('aria-pressed', 'false');
  await allLive(page);
  await expect(price(page, 'sse')).not.toHaveText(before, PATIENCE);
});

test('another market is one instant for all lanes, and they count anew', async ({ page, room }) => {
  await openBoard(page, room);
  await page.keyboard.press('t');
  await page.keyboard.press('r'); // from 2 to the next: 5
  await expect.poll(async () => (await room.state()).market.rate, PATIENCE).toBe(5);
  const { epoch } = (await room.state()).market;
  for (const way of WAYS) {
    const info = await (await fetch(`${await room.road(way)}/api/info`)).json();
    expect([info.market.rate, info.market.epoch], way).toEqual([5, epoch]);
  }
  await allLive(page);
  for (const way of ['long-poll', 'ws', 'sse'] as const) {
    await expect(cell(page, way, 'missed')).toHaveText(/^0\s%$/, PATIENCE);
  }
});
