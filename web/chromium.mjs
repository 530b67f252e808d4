// Chromium as an instrument of the scripts that measure a page: the browser itself, its own counters, and what can only
// be counted inside a page.

import { execFileSync } from 'node:child_process';

import { chromium } from 'playwright-core';

const find = 'command -v chromium || command -v chromium-browser || command -v google-chrome';

/** Bare: nothing that would work in the background. */
export function launch() {
  const executablePath = process.env.CHROMIUM ?? execFileSync('sh', ['-c', find], { encoding: 'utf8' }).trim();
  const args = ['--no-sandbox', '--disable-gpu', '--disable-sync', '--disable-background-networking'];
  return chromium.launch({ executablePath, args });
}

/** Runs in the page before its own code: notes long tasks, and the frames in which each canvas was drawn anew. */
export function countInPage() {
  window.cost = { longest_ms: 0, frames: new Map() };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.cost.longest_ms = Math.max(window.cost.longest_ms, duration);
  }).observe({ type: 'longtask' });
  const { setTransform } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.setTransform = function (...matrix) {
    const seen = window.cost.frames.get(this.canvas) ?? { redraws: 0, last: null };
    // Several parts of one picture are one redraw.
    if (seen.last !== document.timeline.currentTime) seen.redraws += 1;
    seen.last = document.timeline.currentTime;
    window.cost.frames.set(this.canvas, seen);
    return setTransform.apply(this, matrix);
  };
}

/** What `countInPage` noted since it was asked last: the longest task of 50 ms or more (0: there was none), and how often
 *  each canvas that is still in the page was drawn. */
export function counted(page) {
  return page.evaluate(() => {
    const { longest_ms, frames } = window.cost;
    const redraws = [...frames].filter(([canvas]) => canvas.isConnected).map(([, seen]) => seen.redraws);
    Object.assign(window.cost, { longest_ms: 0, frames: new Map() });
    return { longest_ms, redraws };
  });
}

/** Chromium's own counters of the page that this session of the DevTools protocol looks at, by their names; times are
 *  seconds since it began. */
export async function countersOf(devtools) {
  await devtools.send('Performance.enable');
  const read = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  return {
    read,
    /** The same, when all that nobody can reach any more has been thrown away. */
    async clean() {
      await devtools.send('HeapProfiler.collectGarbage');
      return read();
    },
  };
}
