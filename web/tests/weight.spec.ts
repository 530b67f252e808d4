// What a lesson weighs before anything in it is used, as Chromium counts it on the wire: heads and compressed bodies.

import { expect, type CDPSession } from '@playwright/test';

import { LANGS, LESSONS, test } from './site.ts';

const BYTES_MAX = 250_000;
/** Live traffic is what a lesson shows, not what it weighs. */
const LIVE = /^\/(poll|long-poll|sse|ws|api)\//;

interface File {
  path: string;
  bytes: number;
  coding: string;
  done: boolean;
}

/** Every file of the page, from the first request on. */
async function watch(network: CDPSession): Promise<Map<string, File>> {
  const files = new Map<string, File>();
  network.on('Network.requestWillBeSent', ({ requestId, request }) => {
    const { protocol, pathname } = new URL(request.url);
    if (!/^https?:$/.test(protocol) || LIVE.test(pathname)) return;
    files.set(requestId, { path: pathname, bytes: 0, coding: '', done: false });
  });
  network.on('Network.responseReceived', ({ requestId, response }) => {
    const file = files.get(requestId);
    const coding = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'content-encoding');
    if (file) file.coding = coding?.[1] ?? '';
  });
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const file = files.get(requestId);
    if (file) Object.assign(file, { bytes: encodedDataLength, done: true });
  });
  await network.send('Network.enable');
  return files;
}

for (const path of LANGS.flatMap((lang) => LESSONS.map((lesson) => `/${lang}/${lesson}`))) {
  test(`${path} weighs at most ${BYTES_MAX / 1000} kB`, async ({ page, context }) => {
    const files = await watch(await context.newCDPSession(page));
    await page.goto(path);
    await expect(page.locator('[data-state="live"]').first()).toBeVisible({ timeout: 30_000 });
    // The page fetches in its idle time what its links lead to: that counts.
    await page.evaluate(() => new Promise((idle) => requestIdleCallback(() => requestIdleCallback(idle))));
    await expect.poll(() => [...files.values()].filter(({ done }) => !done)).toEqual([]);

    const all = [...files.values()];
    const kinds = (end: string) => all.filter((file) => file.path.endsWith(end));
    expect([kinds(path), kinds('.css')].map(({ length }) => length)).toEqual([1, 1]);
    expect(kinds('.js').length).toBeGreaterThan(2);
    for (const file of [...kinds(path), ...kinds('.css'), ...kinds('.js')]) expect(file.coding, file.path).toBe('br');
    expect(all.filter(({ bytes }) => bytes === 0)).toEqual([]);
    const sum = all.reduce((bytes, file) => bytes + file.bytes, 0);
    const told = all.map((file) => `${file.bytes} ${file.path}`).join('\n');
    test.info().annotations.push({ type: 'bytes', description: `${sum}` });
    expect(sum, told).toBeLessThanOrEqual(BYTES_MAX);
  });
}
