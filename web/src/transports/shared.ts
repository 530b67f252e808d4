// What the four clients share: the wait before the next attempt, the watch over a connection, and the ends of
// a lane.

import type { Lane, Tell } from '../types';

/** The first wait. An EventSource waits by itself, for as long as the server asked by `retry`. */
const FIRST_MS = 1000;
/** So many waits are of the first length: a server that is started anew is there again in two or three seconds,
 *  and whoever doubled at once would miss it by as much again. */
const STEADY = 4;
/** 2^5 times the first wait is more than `WAIT_MS_MAX`. */
const DOUBLINGS_MAX = 5;
/** No wait is longer. */
const WAIT_MS_MAX = 30_000;

/** An answer that is no use. A refusal is final if the same request would be refused again. */
export class Refused extends Error {
  readonly status: number;
  readonly retry_after_ms: number;

  constructor({ status, headers }: Response) {
    super(`status ${status}`);
    this.status = status;
    const asked = headers.get('Retry-After') ?? '';
    const ms = Number.isNaN(Number(asked)) ? Date.parse(asked) - Date.now() : Number(asked) * 1000;
    this.retry_after_ms = Math.max(ms || 0, 0);
  }

  get final(): boolean {
    return this.status >= 400 && this.status < 500 && ![408, 425, 429].includes(this.status);
  }
}

/** A stream did not open, and the browser does not say why. */
export class Unexplained extends Error {}

/** Doubles from the fifth wait on, each drawn evenly from half to one and a half of its length: a class that lost
 *  its server comes back spread out, not as one wave. A server that was away for 2 s is found within 5 s. The
 *  Rust clients wait in the same way. */
export class Backoff {
  #failures = 0;

  /** The connection works: the next wait is the first again. */
  reset(): void {
    this.#failures = 0;
  }

  /** How long to wait now; at least `asked_ms` (`Retry-After`), up to 30 s. */
  next(asked_ms = 0): number {
    const doublings = Math.min(Math.max(0, this.#failures + 1 - STEADY), DOUBLINGS_MAX);
    const length = Math.min(WAIT_MS_MAX, FIRST_MS * 2 ** doublings);
    this.#failures = Math.min(this.#failures + 1, STEADY + DOUBLINGS_MAX);
    const jitter = 0.5 + Math.random();
    return Math.min(WAIT_MS_MAX, Math.max(length * jitter, asked_ms));
  }
}

/** Resolves after `ms`; rejects as soon as `signal` aborts. */
export function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, stop) => {
    const end = () => {
      clearTimeout(timer);
      stop(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      done();
    }, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** What a connection says of itself. `heard` wraps a handler: each call of it is a sign of life, what it
 *  throws a loss. */
interface Line {
  end(): void;
  lose(reason: unknown): void;
  heard<M>(take: (message: M) => void): (message: M) => void;
}

/** A connection that lasts until it ends well. Throws when it is lost, silent for too long, or no longer
 *  wanted. */
export function held(silence_ms: number, signal: AbortSignal, open: (line: Line) => void): Promise<void> {
  let watch: ReturnType<typeof setTimeout> | undefined;
  const stop = new AbortController();
  return new Promise<void>((end, lose) => {
    const heard: Line['heard'] = (take) => (message) => {
      clearTimeout(watch);
      watch = setTimeout(lose, silence_ms, new Error('silence'));
      try {
        take(message);
      } catch (reason) {
        lose(reason);
      }
    };
    signal.addEventListener('abort', () => lose(signal.reason), { signal: stop.signal });
    heard(() => open({ end, lose, heard }))(null);
  }).finally(() => {
    clearTimeout(watch);
    stop.abort();
  });
}

/** Waits before the next attempt. False if there is none: the lane was stopped, or refused for good. */
export async function wait(lost: unknown, backoff: Backoff, tell: Tell, signal: AbortSignal) {
  if (signal.aborted) return false;
  if (lost instanceof Refused && lost.final) {
    tell.state({ name: 'ended' });
    return false;
  }
  const in_ms = backoff.next(lost instanceof Refused ? lost.retry_after_ms : 0);
  tell.state({ name: 'again', in_ms });
  return rest(in_ms, signal).then(
    () => true,
    () => false,
  );
}

/** The topic has ended, and with it the lane. */
export function over(tell: Tell): void {
  tell.state({ name: 'ended' });
  tell.end();
}

/** Where a lane goes on: behind the last event it heard. */
export const after = ({ cursor }: Lane): string => (cursor ? `&after=${encodeURIComponent(cursor)}` : '');
