// The eight demos from their first step to the last, by the presenter's keys alone: what each step asks of the class
// reaches it, bets open and close, every sentence about the outcome has its figures, and at the end all is well.

import { expect, type Page } from '@playwright/test';

import type { Classroom } from '../../clients/node/classroom.mjs';
import { SCENES } from '../src/class/scenes/all.ts';
import type { Step } from '../src/class/scenes/types.ts';
import { FAIR, type Away, type ClassState, type LaneState } from '../src/class/state.ts';
import { allLive, lane, openBoard, openRest, PATIENCE, test, visitor, WAYS } from './class.ts';
import { costsOf } from './class-road.ts';

/** What the class must have become by a step; what a step does not name is calm. */
function wanted(step: Step) {
  const weather = { ...FAIR, delay_ms: 90, ...step.weather };
  const { count, jitter } = step.crowd ?? { count: 0, jitter: true };
  return Array.from({ length: 4 }, () => expect.objectContaining({ weather, extra: count, jitter }));
}

const state = async (room: Classroom) => (await room.state()) as ClassState;
const place = async (room: Classroom) => {
  const { scene } = await state(room);
  return scene && `${scene.id} ${scene.step}`;
};
const stage = (page: Page) => page.getByRole('region', { name: /^Demo: / });
/** What the class reads of a step. */
const read = async (page: Page) => (await stage(page).getByRole('status').innerText()).replaceAll('\u202f', ' ');
/** Steps are done one at a time: a key that comes meanwhile does nothing. */
const ready = (page: Page) => expect(page.getByText('The class is being set up …')).toHaveCount(0, PATIENCE);
async function turn(page: Page, key: 'PageDown' | 'PageUp'): Promise<void> {
  await ready(page);
  await page.keyboard.press(key);
}
const plain = (text: string) => text.replaceAll('`', '');

/** Plays a scene from where its first step stands to where its last one does. */
async function play(page: Page, room: Classroom, audience: Page, id: string, costs: () => number): Promise<void> {
  const scene = SCENES.find((one) => one.id === id)!;
  for (const [number, step] of scene.steps.entries()) {
    const here = `${scene.id} ${number}`;
    const since_us = Date.now() * 1000;
    if (number > 0) await turn(page, 'PageDown');
    await expect.poll(() => place(room), { ...PATIENCE, message: here }).toBe(here);
    await expect.poll(async () => (await state(room)).lanes, { ...PATIENCE, message: here }).toEqual(wanted(step));
    await ready(page);
    const { bets, market } = await state(room);
    const { rate, symbols } = market.next ?? market;
    expect([rate, symbols.length], here).toEqual([scene.market.rate, scene.market.symbols]);
    const predicts = step.kind === 'predict';
    expect([bets.open, bets.hidden && bets.open], here).toEqual([predicts, predicts && step.hidden === true]);
    if (step.kind === 'happened') {
      // Figures come as they are measured; where one is missing stands a dash.
      await expect.poll(() => read(page), { ...PATIENCE, message: here }).toMatch(/\d/);
      await expect.poll(() => read(page), { ...PATIENCE, message: here }).not.toContain('–');
      await expect(stage(page).getByText('not measured yet')).toHaveCount(0, PATIENCE);
    } else {
      await expect.poll(async () => plain(await read(page)), PATIENCE).toContain(plain(step.text.en));
      await expect.poll(async () => plain(await read(audience)), PATIENCE).toContain(plain(step.text.en));
    }
    for (const act of (step.kind === 'watch' && step.acts) || []) {
      if (act === 'kill' || act === 'deploy') await replaced(room, act, since_us);
    }
    await settled(page, step, costs);
  }
}

/** Waits until each lane has another server, after this was done to the one before. */
async function replaced(room: Classroom, why: Away['why'], since_us: number): Promise<void> {
  const is = ({ last_away: away }: LaneState) => away?.why === why && away.until_us && away.from_us > since_us;
  await expect.poll(async () => (await state(room)).lanes.every(is), PATIENCE).toBe(true);
}

/** Waits for what the steps behind this one speak of: a presenter is not in such a hurry. */
async function settled(page: Page, step: Step, costs: () => number): Promise<void> {
  if (step.kind !== 'watch' && step.kind !== 'predict') return;
  await expect(page.locator('section[data-server="up"]')).toHaveCount(4, PATIENCE);
  if (step.kind === 'watch' && step.acts?.includes('unplug')) return; // nobody lives
  await allLive(page);
  for (const way of WAYS) await expect(lane(page, way).locator('.numbers .big').first()).toHaveText(/\d/, PATIENCE);
  // A step states for how long it is to be measured, and keeps nothing if it is left before: that time has to pass.
  if (step.measures_s) await page.waitForTimeout(step.measures_s * 1000);
  // What is used in a step is the difference of two tellings.
  const before = costs();
  await expect.poll(costs, PATIENCE).toBeGreaterThanOrEqual(before + 3);
}

/** Begins with a scene, by the list and the one button. */
async function begin(page: Page, room: Classroom, id: string): Promise<void> {
  const scene = SCENES.find((one) => one.id === id)!;
  await page.locator('select').filter({ hasText: scene.title.en }).selectOption(id);
  await page.locator('[aria-keyshortcuts="PageDown"]').click();
  await expect.poll(() => place(room), PATIENCE).toBe(`${id} 0`);
}

const PARTS = [
  ['four-ways', 'faster'],
  ['plug'],
  ['buffering', 'slow-reader'],
  ['kill-deploy'],
  ['thousand', 'same-update'],
] as const;

test('no scene is left out here', () => {
  expect(PARTS.flat()).toEqual(SCENES.map(({ id }) => id));
});

/** They measure for minutes: `just test-long` plays them. */
const LONG: readonly string[] = ['buffering', 'thousand'];

for (const part of PARTS) {
  const tag = LONG.includes(part[0]) ? '@long' : [];
  test(`scenes from end to end: ${part.join(', ')}`, { tag }, async ({ page, browser, room, wrong }) => {
    test.setTimeout(240_000);
    const costs = costsOf(page);
    await openBoard(page, room);
    const audience = await visitor(browser);
    await openBoard(audience, room, true);
    await begin(page, room, part[0]);
    for (const [number, id] of part.entries()) {
      if (number > 0) await turn(page, 'PageDown');
      await play(page, room, audience, id, costs);
    }
    await ready(page);
    await openRest(page);
    await page.getByRole('button', { name: 'Leave the demo' }).click();
    await expect.poll(() => place(room), PATIENCE).toBeNull();
    const { lanes, bets } = await state(room);
    expect(lanes.map(({ weather, extra }) => [weather, extra])).toEqual(Array.from({ length: 4 }, () => [FAIR, 0]));
    expect(bets.open).toBe(false);
    await expect.poll(async () => (await state(room)).market.rate, PATIENCE).toBe(2); // it begins a moment later
    await expect(stage(page)).toHaveCount(0);
    await expect(stage(audience)).toHaveCount(0);
    await audience.context().close();
    expect(wrong.filter((text) => !/status of 503|net::ERR|WebSocket connection/.test(text))).toEqual([]);
  });
}

test('after the last step of the last scene all is well', async ({ page, room }) => {
  const last = SCENES.at(-1)!;
  await openBoard(page, room);
  await begin(page, room, last.id);
  for (let step = 1; step < last.steps.length; step += 1) {
    await turn(page, 'PageDown');
    await expect.poll(() => place(room), PATIENCE).toBe(`${last.id} ${step}`);
  }
  await turn(page, 'PageDown');
  await expect.poll(() => place(room), PATIENCE).toBeNull();
  expect((await state(room)).lanes.map(({ weather }) => weather)).toEqual(Array.from({ length: 4 }, () => FAIR));
});

test('going back repairs, and breaks nothing again', async ({ page, room }) => {
  await openBoard(page, room);
  await begin(page, room, 'kill-deploy');
  const since_us = Date.now() * 1000;
  await turn(page, 'PageDown');
  await replaced(room, 'kill', since_us);
  const pids = (await state(room)).lanes.map(({ pid }) => pid);
  await turn(page, 'PageDown');
  await expect.poll(() => place(room), PATIENCE).toBe('kill-deploy 2');
  await turn(page, 'PageUp');
  await expect.poll(() => place(room), PATIENCE).toBe('kill-deploy 1');
  await turn(page, 'PageUp');
  await expect.poll(() => place(room), PATIENCE).toBe('kill-deploy 0');
  await ready(page);
  const now = await state(room);
  expect(
    now.lanes.map(({ pid }) => pid),
    'nobody was killed on the way back',
  ).toEqual(pids);
  expect(now.bets.open).toBe(true);
  await turn(page, 'PageUp'); // into the scene before, at its end
  const before = SCENES[SCENES.findIndex(({ id }) => id === 'kill-deploy') - 1]!;
  await expect.poll(() => place(room), PATIENCE).toBe(`${before.id} ${before.steps.length - 1}`);
  await ready(page);
  expect((await state(room)).bets.open).toBe(false);
});

test('the notes are for the presenter alone', async ({ page, browser, room }) => {
  await openBoard(page, room);
  const audience = await visitor(browser);
  await openBoard(audience, room, true);
  const { steps, id } = SCENES[0]!;
  await begin(page, room, id);
  await page.keyboard.press('f');
  await expect(page.getByText(steps[0].notes.en)).toBeVisible();
  await expect(page.getByRole('timer')).toContainText(/0:\d\d of 2:00/);
  await expect(stage(audience).getByText(steps[0].text.en)).toBeVisible();
  await audience.keyboard.press('f');
  await expect(audience.getByText(steps[0].notes.en)).toHaveCount(0);
  await expect(audience.getByRole('timer')).toHaveCount(0);
  await page.keyboard.press('f');
  await expect(page.getByText(steps[0].notes.en)).toHaveCount(0);
  await audience.context().close();
});
