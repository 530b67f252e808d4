// The server's clock, seen from here: `at` of an event can be set beside the instant at which it came.

import { Backoff, rest } from './transports/shared';

/** A page that is just being built is busy: so many exchanges, so far apart, and one of them meets it at leisure. */
const ROUNDS = 8;
const APART_MS = 100;
const EVERY_MS = 60_000;
const LIMIT_MS = 5000;

interface Reading {
  /** Server microseconds minus `performance.now()` in microseconds. */
  offset_us: number;
  error_ms: number;
}

/** What `keepTime` gives. All is null until the first exchange has come back. */
export interface Clock {
  /** Now, in the server's Unix microseconds. */
  serverNow(): number | null;
  /** The `performance.now()` of a server instant, in milliseconds: the place of an event's `at` on our time
   *  axis. */
  localOf(server_us: number): number | null;
  /** The most that either may be wrong: half of the shortest way there and back. */
  error_ms(): number | null;
}

/** Compares the clocks at once, each minute, and when the tab is seen again, until `signal` aborts. The first exchange
 *  counts as soon as it is back, and each quicker one after it. */
export function keepTime(signal: AbortSignal): Clock {
  let reading: Reading | null = null;
  void keep((better) => (reading = better), signal);
  return {
    serverNow: () => reading && performance.now() * 1000 + reading.offset_us,
    localOf: (server_us) => reading && (server_us - reading.offset_us) / 1000,
    error_ms: () => reading && reading.error_ms,
  };
}

async function keep(take: (reading: Reading) => void, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff();
  let known = false;
  while (!signal.aborted) {
    let wait_ms = EVERY_MS;
    try {
      take(await compare(known ? () => {} : take, signal));
      known = true;
      backoff.reset();
    } catch {
      wait_ms = backoff.next(); // the old reading stays: clocks drift slowly
    }
    await pause(wait_ms, signal);
  }
}

/** The quickest of some exchanges, as NTP has it: the least can have gone wrong in it. `better` is told of each that is
 *  quicker than those before. */
async function compare(better: (reading: Reading) => void, signal: AbortSignal): Promise<Reading> {
  let best = await exchange(signal);
  better(best);
  for (let round = 1; round < ROUNDS; round++) {
    await rest(APART_MS, signal);
    const reading = await exchange(signal);
    if (reading.error_ms >= best.error_ms) continue;
    best = reading;
    better(best);
  }
  return best;
}

/** One exchange, as NTP does it: the answer is taken to need as long as the question. */
async function exchange(signal: AbortSignal): Promise<Reading> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const sent_ms = performance.now();
  const answer = await fetch('/api/time', { cache: 'no-store', signal: limit });
  const received_ms = performance.now();
  const { received_us, sent_us } = (await answer.json()) as { received_us: number; sent_us: number };
  const offset_us = (received_us + sent_us) / 2 - ((sent_ms + received_ms) / 2) * 1000;
  if (!answer.ok || !Number.isFinite(offset_us)) throw new Error(`/api/time: ${answer.status}`);
  const there_and_back_ms = received_ms - sent_ms - (sent_us - received_us) / 1000;
  return { offset_us, error_ms: Math.max(0, there_and_back_ms) / 2 };
}

/** Rests, but not longer than the tab is hidden: a laptop that slept may have a clock that stood still. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const seen = new AbortController();
  const look = () => document.visibilityState === 'visible' && seen.abort();
  document.addEventListener('visibilitychange', look);
  await rest(ms, AbortSignal.any([signal, seen.signal])).catch(() => {});
  document.removeEventListener('visibilitychange', look);
}
