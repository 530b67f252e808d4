// What a sleep of the phone did to its lane: how long it was, and what became of the prices of that time. No DOM.

import type { LaneRecord } from '../../lane/record.ts';

/** A look away that is shorter is no sleep. */
const SHORT_MS = 1000;
/** How long it is told afterwards. */
const TOLD_MS = 60_000;

export interface Slept {
  ms: number;
  /** Prices of that time that came after it. */
  late: number;
  /** Prices of that time that never came. */
  missed: number;
  atLeast: boolean;
}

interface Fell {
  wall_ms: number;
  /** By the clock of the server, in microseconds. */
  server_us: number;
  missed: number;
}

interface Woke {
  /** `performance.now()`. */
  at: number;
  ms: number;
  /** Until when the prices are those of the sleep, by the clock of the server. */
  until_us: number;
  before: number;
  /** Null until something has come. */
  missed: number | null;
}

export class Sleep {
  #fell: Fell | null = null;
  #woke: Woke | null = null;

  constructor(private readonly record: LaneRecord) {}

  /** It falls asleep. The wall clock goes on then; that of the page may not. */
  fell(wall_ms: number, server_us: number): void {
    this.#fell ??= { wall_ms, server_us, missed: this.record.missed };
    this.#woke = null;
  }

  /** It is awake; `at` is `performance.now()`. */
  woke(at: number, wall_ms: number): void {
    const fell = this.#fell;
    this.#fell = null;
    if (!fell) return;
    const ms = wall_ms - fell.wall_ms;
    if (ms < SHORT_MS) return;
    this.#woke = { at, ms, until_us: fell.server_us + ms * 1000, before: fell.missed, missed: null };
  }

  /** Since when it listens without a break, `performance.now()`; null if it never slept. */
  wokeAt(): number | null {
    return this.#woke?.at ?? null;
  }

  /** Null before anything has come after the sleep, and when it was long ago. Holes show with the first price that
   *  comes: later ones are not the sleep's. */
  told(now: number): Slept | null {
    const woke = this.#woke;
    if (!woke || now - woke.at > TOLD_MS) return null;
    const after = this.record.heardBetween(woke.at, now + 1).filter(({ arrived }) => arrived >= woke.at);
    if (after.length === 0) return null;
    woke.missed ??= this.record.missed - woke.before;
    const late = after.filter(({ at }) => at < woke.until_us).length;
    return { ms: woke.ms, late, missed: woke.missed, atLeast: this.record.atLeast };
  }
}
