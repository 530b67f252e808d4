// Takes the pictures of the README with the built binary: `just screenshots`.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

import { chromium } from 'playwright-core';

import { Server } from '../clients/node/server.mjs';

const find = 'command -v chromium || command -v chromium-browser || command -v google-chrome';
const executablePath = process.env.CHROMIUM ?? execFileSync('sh', ['-c', find], { encoding: 'utf8' }).trim();
const folder = new URL('../pictures/', import.meta.url);
mkdirSync(folder, { recursive: true });

const server = await Server.start('127.0.0.1:0', 16);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-sync'] });
for (const [lang, colorScheme] of [
  ['en', 'light'],
  ['zh', 'dark'],
]) {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, colorScheme });
  const page = await context.newPage();
  await page.goto(`${server.origin}/${lang}/board`);
  // The window of the board is 12 s: then all of it is drawn.
  await page.waitForFunction(() => document.querySelectorAll('[data-state="live"]').length === 4);
  await page.waitForTimeout(14_000);
  await page.screenshot({ path: new URL(`board-${lang}.png`, folder).pathname });
  await context.close();
}
await browser.close();
await server.stop();
