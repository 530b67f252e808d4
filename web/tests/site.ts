// What the page tests share: a server of their own, and a visitor who notices what is wrong.

import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';

import { test as base, type Page } from '@playwright/test';

import { Server } from '../../clients/node/server.mjs';

export const LANGS = ['en', 'zh'] as const;
/** The lessons that there are, by their names; none would leave most of these tests out. */
export const LESSONS = readdirSync(new URL('../../lessons/en', import.meta.url))
  .filter((file) => /^\d\d-.*\.md$/.test(file))
  .map((file) => file.replace('.md', ''));
if (LESSONS.length === 0) throw new Error('there are no lessons in lessons/en');

/** `server` serves the built page; `wrong` gathers what the browser complains about, and every foreign request. */
export const test = base.extend<{ wrong: string[] }, { server: Server }>({
  server: [
    // Playwright wants to see the names of the fixtures that are used: none.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ server }, use) => use(server.origin),
  wrong: async ({ page, server }, use) => use(complaints(page, [server.address])),
});

/** What the browser complains about from now on, and every request to somebody else than `hosts`. */
export function complaints(page: Page, hosts: readonly string[]): string[] {
  const wrong: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !hosts.includes(new URL(url).host)) wrong.push(url);
  });
  return wrong;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page, in words. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    type Found = { violations: { id: string; nodes: { target: string[] }[] }[] };
    const found = await (window as unknown as { axe: { run(): Promise<Found> } }).axe.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  });
}
