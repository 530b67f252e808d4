// How the page learns the server's time: from the exchange that was the quickest.

import { afterEach, expect, it, vi } from 'vitest';
import { keepTime } from '../src/clock';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A server 5 s ahead. `ways_ms` is there and back of one exchange after the other; the way there takes all of it, except
 *  where it takes 5. The later ones take 100. */
function serverOf(ways_ms: number[]) {
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const asked = vi.fn(() => {
    const way = ways_ms[asked.mock.calls.length - 1] ?? 100;
    const there = way === 5 ? 2 : way;
    const server_us = (now + there) * 1000 + 5_000_000;
    now += way + 1; // the server itself takes one
    return Promise.resolve(Response.json({ received_us: server_us, sent_us: server_us + 1000 }));
  });
  vi.stubGlobal('fetch', asked);
  return { asked, now: () => now };
}

it('keeps the time of the quickest of eight exchanges in the first second', async () => {
  const server = serverOf([40, 9, 12, 30, 50, 5, 60, 11]);
  const stop = new AbortController();
  const clock = keepTime(stop.signal);
  expect([clock.serverNow(), clock.localOf(0), clock.error_ms()]).toEqual([null, null, null]);
  const errors = [];
  for (const ms of [0, 100, 300, 100, 200]) {
    await vi.advanceTimersByTimeAsync(ms);
    errors.push(clock.error_ms());
  }
  expect(errors).toEqual([20, 4.5, 4.5, 2.5, 2.5]);
  expect(server.asked).toHaveBeenCalledTimes(8);
  const now = server.now();
  expect(clock.serverNow()).toBe(now * 1000 + 5_000_000 - 500);
  expect(clock.localOf(clock.serverNow() ?? 0)).toBe(now);
  stop.abort();
});

it('rests for a minute, and takes the new time when it has compared all', async () => {
  const server = serverOf([4, 4, 4, 4, 4, 4, 4, 4, 30, 20, 8]);
  const stop = new AbortController();
  const clock = keepTime(stop.signal);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.asked).toHaveBeenCalledTimes(8);
  await vi.advanceTimersByTimeAsync(1100);
  expect([server.asked.mock.calls.length, clock.error_ms()]).toEqual([13, 2]);
  await vi.advanceTimersByTimeAsync(400);
  expect([server.asked.mock.calls.length, clock.error_ms()]).toEqual([16, 4]);
  stop.abort();
});
