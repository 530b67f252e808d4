// What the process of each lane uses now, from the totals that a class tells once a second. Pure.

import type { WayName } from '../types.ts';
import type { Cost } from './state.ts';

/** Null: the system does not tell, there is no process, it has not been watched for long enough, or nobody has told of it
 *  for a while. */
export interface InUse {
  /** Percent of one core, over the last seconds. */
  cpu_percent: number | null;
  rss_bytes: number | null;
  /** Open sockets, those of other clients included. */
  sockets: number | null;
}

interface Reading {
  cost: Cost;
  at_us: number;
}

/** Over how long CPU is averaged: a way that does little does it in jerks. */
const OVER_US = 5_000_000;
/** It is told once a second. What is older, nobody knows. */
const SILENT_MS = 3000;

export class Usage {
  readonly #readings = new Map<WayName, Reading[]>();
  #told = -Infinity;

  /** Takes what was told at `now`, `performance.now()`; `at_us` is when it was read, by the clock of the server. */
  take(lanes: Readonly<Record<WayName, Cost>>, at_us: number, now: number): void {
    this.#told = now;
    for (const [way, cost] of Object.entries(lanes) as [WayName, Cost][]) {
      const before = this.#readings.get(way) ?? [];
      // Another process begins anew, and so does a clock that was set back.
      const same = before.filter(
        (one) => one.cost.pid === cost.pid && one.at_us < at_us && one.at_us >= at_us - OVER_US,
      );
      this.#readings.set(way, [...same, { cost, at_us }]);
    }
  }

  /** Null before anything was told, and when it was too long before `now`. */
  of(way: WayName, now: number): InUse | null {
    if (now - this.#told > SILENT_MS) return null;
    const readings = this.#readings.get(way) ?? [];
    const [first, last] = [readings[0], readings.at(-1)];
    if (!first || !last) return null;
    const [from, to] = [first.cost.cpu_us, last.cost.cpu_us];
    const known = from !== null && to !== null && last.at_us > first.at_us;
    return {
      cpu_percent: known ? (100 * (to - from)) / (last.at_us - first.at_us) : null,
      rss_bytes: last.cost.rss_bytes,
      sockets: last.cost.sockets,
    };
  }
}
