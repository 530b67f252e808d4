// A real Chromium, and pages in it that belong to the server's own origin.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { chromium } from 'playwright-core';

import { Inbox } from './wait.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of NAMES) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // Not this name: the next one.
    }
  }
  throw new Error(`there is none of ${NAMES.join(', ')}; run clients/setup.sh, or set CHROMIUM to the path of one`);
}

export function launch() {
  return chromium.launch({
    executablePath: executable(),
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** The text of one of the tutorial's browser snippets, as it stands there. */
export function snippet(name) {
  return readFileSync(new URL(`snippets/${name}.js`, import.meta.url));
}

/**
 * A fresh page of `server`'s origin: the elements of `body`, what `setup` defines, then the snippets, each as a script
 * of its own and unchanged. `logged` gets what console.log was given, `thrown` what went wrong in the page.
 */
export async function open(browser, server, { body = '', setup = '', snippets = [] } = {}) {
  const page = await browser.newPage();
  const [logged, thrown] = [new Inbox(), []];
  page.on('console', (message) => message.type() === 'log' && logged.push(message.text()));
  page.on('pageerror', (error) => thrown.push(error.message));
  const scripts = snippets.map((name) => `<script src="/snippets/${name}.js"></script>`).join('\n');
  const html = `<!doctype html><meta charset="utf-8"><title>snippet</title>
${body}
<script>${setup}</script>
${scripts}`;
  await page.route(`${server.origin}/snippet`, (route) =>
    route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
  );
  for (const name of snippets) {
    await page.route(`${server.origin}/snippets/${name}.js`, (route) => {
      return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: snippet(name) });
    });
  }
  await page.goto(`${server.origin}/snippet`);
  return { page, logged, thrown };
}
