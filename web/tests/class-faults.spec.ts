// Every fault of the strip, by its key and by its button: the class says that it stands, the board names it, and a client
// that knows nothing of the class feels it. What becomes of the board's own lanes is in class-recovery.spec.ts.

import { expect, type Page } from '@playwright/test';

import type { FaultName } from '../src/class/faults.ts';
import { FAULTS, KEYS } from '../src/class/faults.ts';
import type { LaneState } from '../src/class/state.ts';
import {
  allLive,
  choose,
  click,
  control,
  faultButton,
  lane,
  makeWell,
  named,
  openBoard,
  openRest,
  PATIENCE,
  press,
  says,
  set,
  test,
  WAYS,
} from './class.ts';
import { ask, marksOf, Stream } from './class-road.ts';

test.use({ rate: 10 });

type Is = (lane: LaneState) => boolean;
/** What stands until it is ended: what the class says then, and how the highlighter names it. */
const STANDING: readonly (readonly [FaultName, Is, string])[] = [
  ['delay', ({ weather }) => weather.delay_ms === 90, 'delay 90 ms'],
  ['jitter', ({ weather }) => weather.jitter_ms === 200, 'jitter 200 ms'],
  ['rate', ({ weather }) => weather.rate_bits === 2000, 'bandwidth 2 kbit/s'],
  ['lumps', ({ weather }) => weather.lumps, 'buffer'],
  ['refuse', ({ weather }) => weather.refuse === 503, 'refuse 503'],
  ['stall', ({ weather }) => weather.stall && weather.cut_every_ms === null, 'stall'],
  ['cut-every', ({ weather }) => weather.cut_every_ms === 5000 && !weather.stall, 'cut again and again every 5 s'],
  ['slow-reader', ({ weather }) => weather.slow_reader_bits === 1000, 'slow reader 1 kbit/s'],
];
/** Those that are over at once, or are about something else than the road; each has a test of its own. */
const OTHERS: readonly FaultName[] = [
  'cut',
  'cut-after',
  'half-open',
  'kill',
  'restart',
  'deploy',
  'leave-dead',
  'extra',
  'herd',
];

const isPressed = (page: Page, name: FaultName, is: string) =>
  expect(faultButton(page, name)).toHaveAttribute('aria-pressed', is, PATIENCE);

test('no fault is left out here', () => {
  const here = [...STANDING.map(([name]) => name), ...OTHERS];
  expect(here.toSorted()).toEqual(FAULTS.map(({ name }) => name).toSorted());
});

test('each fault stands and ends by key on all lanes, by button on one', async ({ page, room, wrong }) => {
  await openBoard(page, room);
  await openRest(page);
  for (const [name, is, text] of STANDING) {
    await press(page, name);
    for (const way of WAYS) await says(room, way, is);
    await isPressed(page, name, 'true');
    await expect(named(page, text)).toBeVisible();
    await press(page, name);
    for (const way of WAYS) await says(room, way, (lane) => !is(lane));
    await isPressed(page, name, 'false');
  }
  await choose(page, 'sse');
  for (const [name, is, text] of STANDING) {
    await click(page, name);
    await says(room, 'sse', is);
    for (const way of ['poll', 'long-poll', 'ws'] as const) await says(room, way, (lane) => !is(lane));
    await isPressed(page, name, 'true');
    await expect(named(page, `▼ SSE ${text}`)).toBeVisible();
    await click(page, name);
    await says(room, 'sse', (lane) => !is(lane));
    await isPressed(page, name, 'false');
  }
  await press(page, 'delay');
  await isPressed(page, 'delay', 'true');
  await choose(page, 'all');
  await isPressed(page, 'delay', 'mixed');
  // A refusal is told by the browser itself.
  expect(wrong.filter((text) => !/status of 503|net::ERR|WebSocket connection/.test(text))).toEqual([]);
});

test('a delay lies on every piece, in each direction', async ({ page, room }) => {
  const passed = marksOf(page);
  await openBoard(page, room);
  await set(page, 'delay', 200);
  await press(page, 'delay');
  for (const way of WAYS) await says(room, way, ({ weather }) => weather.delay_ms === 200);
  for (const way of WAYS) expect((await ask(await room.road(way))).ms, way).toBeGreaterThanOrEqual(396);
  const since_us = Date.now() * 1000;
  const late = () => passed.filter(({ kind, came_us }) => came_us > since_us && !/opened|ended|lost/.test(kind));
  await expect.poll(() => WAYS.every((way) => late().some((mark) => mark.way === way)), PATIENCE).toBe(true);
  for (const { way, kind, came_us, went_us } of late()) {
    expect(went_us - came_us, `${way} ${kind}`).toBeGreaterThanOrEqual(198_000); // 2 ms are the road's own grain
  }
  await makeWell(page);
  await says(room, 'ws', ({ weather }) => weather.delay_ms === 0);
  await expect.poll(async () => (await ask(await room.road('ws'))).ms, PATIENCE).toBeLessThan(400);
});

test('jitter bunches what comes, and lets nothing overtake', async ({ page, room }) => {
  const passed = marksOf(page);
  await openBoard(page, room);
  await press(page, 'jitter');
  const road = await room.road('ws');
  await says(room, 'ws', ({ weather }) => weather.jitter_ms === 200);
  await expect.poll(async () => (await ask(road)).ms, PATIENCE).toBeGreaterThan(100);
  const messages = () => passed.filter(({ way, kind, seq }) => way === 'ws' && kind === 'message' && seq !== null);
  await expect.poll(() => messages().some(({ came_us, went_us }) => went_us - came_us > 50_000), PATIENCE).toBe(true);
  const told = messages();
  expect(told.map(({ seq }) => seq)).toEqual(told.map(({ seq }) => seq).toSorted((a, b) => a! - b!));
  expect(told.map(({ went_us }) => went_us)).toEqual(told.map(({ went_us }) => went_us).toSorted((a, b) => a - b));
});

test('bandwidth: what is larger takes longer', async ({ page, room }) => {
  await openBoard(page, room);
  await press(page, 'rate');
  await says(room, 'poll', ({ weather }) => weather.rate_bits === 2000);
  const { bytes, ms } = await ask(await room.road('poll'), '/api/info');
  // It lets a first packet's worth pass at once.
  expect(bytes).toBeGreaterThan(1500);
  expect(ms).toBeGreaterThanOrEqual(((bytes - 1500) * 8 * 1000) / 2000);
});

test('stall: nothing passes, nothing is cut, and then all comes', async ({ page, room }) => {
  await openBoard(page, room);
  const [mine, others] = [new Stream(await room.road('sse')), new Stream(await room.road('ws'))];
  await mine.more(3);
  await choose(page, 'sse');
  await press(page, 'stall');
  await says(room, 'sse', ({ weather }) => weather.stall);
  const before = mine.heard.length;
  await others.more(15);
  expect([mine.heard.length, mine.end]).toEqual([before, null]);
  await press(page, 'stall');
  await expect.poll(() => mine.heard.at(-1)!.seq, PATIENCE).toBeGreaterThan(others.heard.at(-1)!.seq);
  const first = mine.heard[0]!.seq;
  expect(mine.heard.map(({ seq }) => seq)).toEqual(mine.heard.map((_, place) => first + place));
  for (const stream of [mine, others]) stream.close();
});

test('a cut breaks what is open, once or again and again', async ({ page, room }) => {
  await openBoard(page, room);
  await set(page, 'cut', 0);
  const streams = await Promise.all(WAYS.map(async (way) => new Stream(await room.road(way))));
  for (const stream of streams) await stream.more(1);
  await press(page, 'cut');
  for (const stream of streams) expect(await stream.ended()).toBe('broken');
  await expect(named(page, 'cut')).toBeVisible();
  const road = await room.road('sse');
  expect((await ask(road)).status).toBe(200);
  await set(page, 'cut-every', 1);
  await click(page, 'cut-every');
  for (let time = 0; time < 3; time += 1) expect(await new Stream(road).ended()).toBe('broken');
});

test('half-open: the old connections are dead and nobody was told', async ({ page, room }) => {
  const passed = marksOf(page);
  await openBoard(page, room);
  const road = await room.road('sse');
  const old = new Stream(road);
  await old.more(1);
  await choose(page, 'sse');
  await press(page, 'half-open');
  await expect(named(page, '▼ SSE half-open')).toBeVisible();
  await expect.poll(() => passed.some(({ way, kind }) => way === 'sse' && kind === 'lost'), PATIENCE).toBe(true);
  const [young, before] = [new Stream(road), old.heard.length];
  await young.more(15);
  expect([old.heard.length, old.end]).toEqual([before, null]);
  await expect(lane(page, 'sse'), 'its client believes in it still').toHaveAttribute('data-state', 'live');
  for (const stream of [old, young]) stream.close();
});

test('a buffering proxy holds an endless answer, and no other', async ({ page, room }) => {
  const passed = marksOf(page);
  await openBoard(page, room);
  await click(page, 'lumps');
  await says(room, 'sse', ({ weather }) => weather.lumps);
  const stream = new Stream(await room.road('sse'));
  await expect.poll(() => Math.max(0, ...stream.heard.map(({ age_ms }) => age_ms)), PATIENCE).toBeGreaterThan(1000);
  const held = (way: string) => passed.filter((mark) => mark.way === way && mark.went_us - mark.came_us > 500_000);
  await expect.poll(() => held('sse').length, PATIENCE).toBeGreaterThan(5);
  for (const way of ['poll', 'long-poll', 'ws']) expect(held(way), way).toEqual([]);
  stream.close();
});

test('a cut behind so many bytes breaks each connection where they end', async ({ page, room }) => {
  await openBoard(page, room);
  const other = (await room.lane('ws'))!.last_break;
  await choose(page, 'sse');
  await press(page, 'delay'); // of both, each has its name
  const stream = new Stream(await room.road('sse'));
  await stream.more(1);
  await press(page, 'cut-after');
  const { connections } = (await says(room, 'sse', ({ last_break }) => last_break?.after_bytes === 500)).last_break!;
  expect(connections).toBeGreaterThanOrEqual(2);
  for (const text of ['cut after 500\u202fB', 'delay 90\u202fms']) {
    await expect(named(page, `▼ SSE ${text}`)).toBeVisible();
  }
  expect(await stream.ended()).toBe('broken');
  await says(room, 'sse', ({ last_break }) => last_break?.until_us !== null);
  await allLive(page);
  expect((await room.lane('ws'))!.last_break).toEqual(other);
});

test('what is put away and at work is counted, and the strip grows no wider', async ({ page, room }) => {
  await openBoard(page, room);
  const rest = control(page, KEYS.rest.toUpperCase());
  const strip = page.getByRole('group', { name: 'Break' });
  await press(page, 'delay');
  await expect(page.getByText('all well', { exact: false })).toBeVisible(PATIENCE);
  const before = await strip.boundingBox();
  await press(page, 'jitter');
  await press(page, 'rate');
  await expect(rest).toHaveAccessibleName('more, 2 at work', PATIENCE);
  await expect(faultButton(page, 'jitter')).toHaveCount(0);
  expect(await strip.boundingBox()).toEqual(before);
  expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
  await rest.hover();
  await expect(strip).toContainText('at work behind this: jitter 200\u202fms, bandwidth 2\u202fkbit/s');
  await openRest(page);
  await isPressed(page, 'jitter', 'true');
  await expect(rest).toHaveAccessibleName('less');
});

test('a slow reader falls behind', async ({ page, room }) => {
  await openBoard(page, room);
  await choose(page, 'sse');
  await press(page, 'slow-reader');
  await says(room, 'sse', ({ weather }) => weather.slow_reader_bits === 1000);
  const stream = new Stream(await room.road('sse'));
  await expect.poll(() => stream.heard.at(-1)?.age_ms ?? 0, PATIENCE).toBeGreaterThan(2000);
  // Its own price becomes old, and is marked as not true.
  await page.keyboard.press('t');
  await expect(page.locator('[data-row="sse"] .age')).toHaveText(/^([2-9]|\d\d)[.\d]*\ss$/, PATIENCE);
  stream.close();
});

test('who comes back is refused, and told when to come again', async ({ page, room }) => {
  let cut_us = 0;
  /** Everybody has been cut after the road was told to refuse: nothing breaks who comes now. */
  const refusing = async (status: number) => {
    const broken = await says(
      room,
      'sse',
      ({ weather, last_break }) => weather.refuse === status && (last_break?.at_us ?? 0) > cut_us,
    );
    cut_us = broken.last_break!.at_us;
  };
  await openBoard(page, room);
  await press(page, 'refuse');
  await refusing(503);
  expect(await ask(await room.road('sse'))).toMatchObject({ status: 503, retryAfter: '2' });
  await expect(page.locator('section[data-state="live"]')).toHaveCount(0, PATIENCE);
  await set(page, 'refuse', 204);
  await refusing(204);
  expect((await ask(await room.road('sse'))).status).toBe(204);
  await expect(lane(page, 'sse')).toContainText('the topic has ended', PATIENCE);
  await makeWell(page);
  // SSE has been told to stop for good; the others come by themselves.
  await expect(page.locator('section[data-state="live"]')).toHaveCount(3, PATIENCE);
  await expect(lane(page, 'sse')).toHaveAttribute('data-state', 'ended');
  for (let time = 0; time < 2; time += 1) await page.keyboard.press('4');
  await expect(lane(page, 'sse')).toHaveAttribute('data-state', 'live', PATIENCE);
});
