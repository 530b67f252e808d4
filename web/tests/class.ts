// What the tests of a class share: a class of their own, in fair weather before each of them, and where its controls are.

import { test as base, expect, type Browser, type Page } from '@playwright/test';

import { Classroom } from '../../clients/node/classroom.mjs';
import type { FaultName } from '../src/class/faults.ts';
import { FAULTS, KEYS } from '../src/class/faults.ts';
import type { ClassState, LaneState } from '../src/class/state.ts';
import type { WayName } from '../src/types.ts';
import { complaints } from './site.ts';

export const WAYS: readonly WayName[] = ['poll', 'long-poll', 'ws', 'sse'];
export const PATIENCE = { timeout: 30_000 };
const BOARD = { width: 1920, height: 1080 };

/** `room` is a class with so many prices a second, shared by the tests of a worker; `wrong` gathers what the browser
 *  complains about, and every request that goes neither to the page's server nor to a lane. */
export const test = base.extend<{ wrong: string[]; fair: void }, { rate: number; room: Classroom }>({
  rate: [2, { scope: 'worker', option: true }],
  room: [
    async ({ rate }, use) => {
      const room = await Classroom.open(rate);
      await use(room);
      await room.stop();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ room }, use) => use(room.origin),
  fair: [async ({ room }, use) => room.makeFair().then(() => use()), { auto: true }],
  wrong: async ({ page, room }, use) => use(complaints(page, await hostsOf(room))),
});

/** The page's own server, and the four lanes. */
export async function hostsOf(room: Classroom): Promise<string[]> {
  const { lanes } = (await room.state()) as ClassState;
  return [room.address, ...lanes.map(({ port }) => `127.0.0.1:${port}`)];
}

/** Opens the board, with the presenter's token unless this page only watches, and waits until all lanes live, and until
 *  there is somebody to hear a presenter's keys. */
export async function openBoard(page: Page, { origin, token }: Classroom, watches = false): Promise<void> {
  await page.setViewportSize(BOARD);
  await page.goto(`${origin}/en/board${watches ? '' : `#presenter=${token}`}`);
  await allLive(page);
  if (!watches) await expect(page.getByRole('group', { name: 'Break' })).toBeVisible(PATIENCE);
}

export const allLive = (page: Page) => expect(page.locator('section[data-state="live"]')).toHaveCount(4, PATIENCE);

/** Somebody else: a browser context of its own, which knows nothing of the presenter's. */
export async function visitor(browser: Browser, size = BOARD): Promise<Page> {
  return (await browser.newContext({ viewport: size })).newPage();
}

/** The lane of the board. */
export const lane = (page: Page, way: WayName) => page.locator(`section[data-way="${way}"]`);
export const control = (page: Page, keys: string) => page.locator(`[aria-keyshortcuts="${keys}"]`);
export const faultButton = (page: Page, name: FaultName) => page.locator(`[data-fault="${name}"]`);
/** A fault as the highlighter names it over the diagram; an old one may still be in view. */
export const named = (page: Page, text: string) => page.locator('.names .name').getByText(text, { exact: true }).last();
export const keyOf = (name: FaultName) => FAULTS.find((fault) => fault.name === name)!.key;

/** Brings everything that can be broken into sight. */
export async function openRest(page: Page): Promise<void> {
  const rest = control(page, KEYS.rest.toUpperCase());
  if ((await rest.getAttribute('aria-expanded')) !== 'true') await page.keyboard.press(KEYS.rest);
  await expect(faultButton(page, 'leave-dead')).toBeVisible();
}

/** Begins or ends a fault by its button. */
export async function click(page: Page, name: FaultName): Promise<void> {
  await openRest(page);
  await faultButton(page, name).click();
}

/** The same by its key, whatever has the focus. */
export const press = (page: Page, name: FaultName) => page.keyboard.press(keyOf(name));

/** Which lanes are broken from here on: all, or one. */
export async function choose(page: Page, where: WayName | 'all'): Promise<void> {
  await openRest(page);
  await control(page, KEYS.lanes.toUpperCase()).selectOption(where);
  await leaveList(page);
}

/** A key that is pressed in a list belongs to the list. */
const leaveList = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());

/** Sets how much of a fault there is to be. */
export async function set(page: Page, name: FaultName, value: number): Promise<void> {
  await openRest(page);
  await control(page, `Shift+${keyOf(name).toUpperCase()}`).selectOption(String(value));
  await leaveList(page);
}

export const makeWell = (page: Page) => page.keyboard.press(KEYS.well);

/** Waits until the class says this of one of its lanes, and returns what it said. */
export async function says(room: Classroom, way: WayName, is: (lane: LaneState) => boolean): Promise<LaneState> {
  let told: LaneState | undefined;
  const what = is.toString();
  await expect
    .poll(async () => is((told = await room.lane(way))!), { ...PATIENCE, message: `${way}: ${what}` })
    .toBe(true);
  return told!;
}
