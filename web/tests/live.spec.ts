// What lives: the board and the lanes of the lessons, with a server that is killed and a network that goes away.

import { expect, type Page } from '@playwright/test';

import { Server } from '../../clients/node/server.mjs';
import { LESSONS, test } from './site.ts';

/** Waits until every lane of the page says that it is live. */
async function live(page: Page, lanes: number) {
  await expect(page.locator('[data-state="live"]')).toHaveCount(lanes, { timeout: 30_000 });
}

test.describe('the board', () => {
  test.use({ viewport: { width: 1920, height: 1080 } });

  test('shows four lanes that live', async ({ page, wrong }) => {
    await page.goto('/en/board');
    await live(page, 4);
    expect(wrong).toEqual([]);
  });

  test('comes back after a crash', async ({ page }) => {
    let server = await Server.start();
    await page.goto(`${server.origin}/en/board`);
    await live(page, 4);
    await server.kill();
    await expect(page.locator('[data-state="live"]')).toHaveCount(0, { timeout: 30_000 });
    server = await server.again();
    await live(page, 4);
    await server.stop();
  });

  test('comes back after the network was away', async ({ page, context }) => {
    await page.goto('/en/board');
    await live(page, 4);
    await context.setOffline(true);
    await expect(page.locator('[data-way="poll"][data-state="again"]')).toHaveCount(1, { timeout: 30_000 });
    await context.setOffline(false);
    await live(page, 4);
  });
});

for (const lesson of LESSONS) {
  test(`lesson ${lesson} has a lane that lives`, async ({ page, wrong }) => {
    await page.goto(`/en/${lesson}`);
    await expect(page.locator('[data-state="live"]').first()).toBeVisible({ timeout: 30_000 });
    expect(wrong).toEqual([]);
  });
}
