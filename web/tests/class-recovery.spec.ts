// What becomes of the board's lanes after a fault: how soon each is fresh, what it lost and what it was given again. The
// line under each lane is held against what its client was really sent.

import { expect, type Page } from '@playwright/test';

import type { WayName } from '../src/types.ts';
import { allLive, choose, lane, makeWell, openBoard, openRest, PATIENCE, press, says, test, WAYS } from './class.ts';

test.use({ rate: 10 });

/** What came with one exchange: when its request was sent, and the events, by number. */
interface Exchange {
  asked_ms: number;
  came_ms: number;
  seqs: number[];
}
type Diary = Record<WayName, Exchange[]>;

/** Keeps what each lane's client hears from now on, as the browser itself tells it. To be called before the page is
 *  opened. */
async function keepDiary(page: Page): Promise<Diary> {
  const diary: Diary = { poll: [], 'long-poll': [], ws: [], sse: [] };
  const open = new Map<string, Exchange>();
  /** From the browser's own clock, in seconds, to the time of day in milliseconds. */
  let epoch_ms = 0;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const begin = (id: string, way: WayName, asked_s: number) => {
    const exchange = { asked_ms: asked_s * 1000, came_ms: Infinity, seqs: [] };
    open.set(id, exchange);
    diary[way].push(exchange);
  };
  const hear = (id: string, at_s: number, events: readonly { seq?: number }[]) => {
    const exchange = open.get(id);
    const seqs = events.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
    if (!exchange || seqs.length === 0) return;
    exchange.came_ms = Math.min(exchange.came_ms, epoch_ms + at_s * 1000);
    exchange.seqs.push(...seqs);
  };
  cdp.on('Network.requestWillBeSent', ({ requestId, request, timestamp, wallTime }) => {
    epoch_ms = (wallTime - timestamp) * 1000;
    const way = /:\d+\/(poll|long-poll|sse)\/stock-price\?.*lane=board-/.exec(request.url)?.[1];
    if (way && request.method === 'GET') begin(requestId, way as WayName, wallTime);
  });
  cdp.on('Network.webSocketCreated', ({ requestId, url }) => {
    if (/\/ws\/stock-price\?/.test(url)) begin(requestId, 'ws', Date.now() / 1000);
  });
  cdp.on('Network.eventSourceMessageReceived', ({ requestId, timestamp, data }) =>
    hear(requestId, timestamp, [JSON.parse(data || '{}')]),
  );
  cdp.on('Network.webSocketFrameReceived', ({ requestId, timestamp, response }) => {
    if (open.has(requestId)) hear(requestId, timestamp, [JSON.parse(response.payloadData)]);
  });
  cdp.on('Network.loadingFinished', ({ requestId, timestamp }) => {
    if (!open.has(requestId)) return;
    const read = cdp.send('Network.getResponseBody', { requestId }).then(({ body }) => JSON.parse(body).events ?? []);
    void read.then((events) => hear(requestId, timestamp, events)).catch(() => {}); // a stream, or an answer without a body
  });
  return diary;
}

/** The last line of a lane: what the board says of its recovery. */
async function recovered(page: Page, way: WayName) {
  await expect(lane(page, way)).toContainText(/fresh in/, PATIENCE);
  const text = await lane(page, way).innerText();
  const figure = (around: RegExp) => Number((around.exec(text)?.[1] ?? 'missing').replaceAll(',', ''));
  return {
    fresh_ms: 1000 * figure(/fresh in ([\d.]+)/),
    lost: figure(/([\d,]+)\s+lost/),
    replayed: figure(/([\d,]+)\s+replayed/),
    twice: /([\d,]+)\s+came twice/.test(text) ? figure(/([\d,]+)\s+came twice/) : 0,
  };
}

/** The first exchange that was begun after an instant and brought anything, and the one before it. */
function around(exchanges: readonly Exchange[], instant_ms: number): [Exchange, Exchange] {
  const heard = exchanges.filter(({ seqs }) => seqs.length > 0);
  const place = heard.findIndex(({ asked_ms }) => asked_ms > instant_ms);
  expect(place, 'something came before and after the fault').toBeGreaterThan(0);
  return [heard[place - 1]!, heard[place]!];
}

/** How many prices lay before an instant, of those that an exchange brought. */
function before(seqs: readonly number[], instant_ms: number, { start_us, rate }: { start_us: number; rate: number }) {
  return seqs.filter((seq) => start_us / 1000 + (1000 * seq) / rate < instant_ms).length;
}

const holes = (seqs: readonly number[]) =>
  seqs.slice(1).reduce((sum, seq, place) => sum + Math.max(0, seq - seqs[place]! - 1), 0);

test('after a cut of 3 s the three that are told lose nothing, and a snapshot does', async ({ page, room }) => {
  const diary = await keepDiary(page);
  await openBoard(page, room);
  const { market } = await room.state();
  // Each has heard something before, so that there is something to lose.
  await expect
    .poll(() => Object.values(diary).every((exchanges) => exchanges.some(({ seqs }) => seqs.length > 0)), PATIENCE)
    .toBe(true);
  await press(page, 'cut');
  const { at_us } = (await says(room, 'sse', ({ last_break }) => last_break?.kind === 'cut')).last_break!;
  const over = await says(room, 'sse', ({ last_break }) => last_break?.until_us !== null); // it ends by itself
  const [cut_ms, over_ms] = [at_us / 1000, over.last_break!.until_us! / 1000];
  expect(over_ms - cut_ms).toBeGreaterThanOrEqual(2998);
  await allLive(page);
  for (const way of WAYS) {
    const { fresh_ms, lost, replayed, twice } = await recovered(page, way);
    const [last, first] = around(diary[way], cut_ms);
    // From the end of the fault until the client had something new, up to when we read it.
    expect(fresh_ms, way).toBeGreaterThan(first.came_ms - over_ms - 200);
    expect(fresh_ms, way).toBeLessThan(Date.now() - cut_ms);
    if (way === 'poll') {
      expect(lost, way).toBe(first.seqs.at(-1)! - last.seqs.at(-1)! - 1);
      expect(lost, way).toBeGreaterThan(20); // 3 s at 10 prices a second, and what the interval takes
      expect(replayed, way).toBe(0);
      continue;
    }
    const seqs = diary[way].flatMap((exchange) => exchange.seqs);
    expect(holes(seqs), way).toBe(0);
    expect([lost, twice], way).toEqual([0, 0]);
    expect(new Set(seqs).size, `${way}: nothing comes twice`).toBe(seqs.length);
    // The client's clock and the road's agree within a quarter of a second, also on a machine that is busy.
    expect(replayed, way).toBeGreaterThanOrEqual(before(first.seqs, first.asked_ms - 250, market));
    expect(replayed, way).toBeLessThanOrEqual(before(first.seqs, first.asked_ms + 250, market));
    expect(replayed, way).toBeGreaterThan(20);
  }
});

test('after the end of all four servers nobody who is told has a hole', async ({ page, room }) => {
  const diary = await keepDiary(page);
  await openBoard(page, room);
  await expect
    .poll(() => Object.values(diary).every((exchanges) => exchanges.some(({ seqs }) => seqs.length > 0)), PATIENCE)
    .toBe(true);
  await press(page, 'kill');
  for (const way of WAYS) await says(room, way, ({ state }) => state === 'down');
  for (const way of WAYS) await says(room, way, ({ state }) => state === 'up');
  await allLive(page);
  for (const way of ['long-poll', 'ws', 'sse'] as const) {
    const { lost, twice, replayed } = await recovered(page, way);
    const seqs = diary[way].flatMap((exchange) => exchange.seqs);
    expect([holes(seqs), lost, twice], way).toEqual([0, 0, 0]);
    expect(replayed, way).toBeGreaterThan(10); // at least the 2 s without a server
  }
  expect((await recovered(page, 'poll')).lost).toBeGreaterThan(10);
});

test('all is well again at one press', async ({ page, room, wrong }) => {
  await openBoard(page, room);
  await openRest(page);
  for (const [way, fault] of [
    ['poll', 'delay'],
    ['long-poll', 'jitter'],
    ['ws', 'stall'],
    ['sse', 'lumps'],
  ] as const) {
    await choose(page, way);
    await press(page, fault);
    await expect(page.locator(`[data-fault="${fault}"][aria-pressed="true"]`)).toBeVisible();
  }
  await press(page, 'leave-dead');
  await expect(page.locator('[data-fault="leave-dead"][aria-pressed="true"]')).toBeVisible();
  await makeWell(page);
  const fair = { delay_ms: 0, jitter_ms: 0, stall: false, lumps: false };
  await expect
    .poll(async () => (await room.state()).lanes.map(({ weather }: { weather: object }) => weather), PATIENCE)
    .toEqual(WAYS.map(() => expect.objectContaining(fair)));
  await expect.poll(async () => (await room.state()).leave_dead).toBe(false);
  await expect(page.locator('[data-fault][aria-pressed="true"], [data-fault][aria-pressed="mixed"]')).toHaveCount(0);
  await allLive(page);
  for (const way of ['ws', 'sse'] as const) expect((await recovered(page, way)).lost, way).toBe(0);
  expect(wrong).toEqual([]);
});
