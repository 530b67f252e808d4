// Takes the pictures of the README with the built binary: `just screenshots`.

import { mkdirSync } from 'node:fs';

import { Server } from '../clients/node/server.mjs';
import { launch } from './chromium.mjs';
import { Classroom } from './classroom.mjs';

const folder = new URL('../pictures/', import.meta.url);
mkdirSync(folder, { recursive: true });

const server = await Server.start('127.0.0.1:0', 16);
const browser = await launch();
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
await server.stop();

// A class, whose four lanes were cut for three seconds and are back.
const classroom = await Classroom.start();
for (const [locale, colorScheme] of [
  ['en-GB', 'light'],
  ['zh-CN', 'dark'],
]) {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, colorScheme, locale });
  const page = await context.newPage();
  await page.goto(classroom.page);
  await page.waitForFunction(() => document.querySelectorAll('[data-state="live"]').length === 4);
  await page.waitForTimeout(9_000);
  await classroom.command({ do: 'cut', for_ms: 3000 });
  await page.waitForTimeout(7_500);
  await page.screenshot({ path: new URL(`class-${locale.slice(0, 2)}.png`, folder).pathname });
  await context.close();
}
await classroom.stop();
await browser.close();
