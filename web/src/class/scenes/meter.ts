// What the servers have used since a moment, from the totals that the class is told once a second. Pure.

import type { WayName } from '../../types.ts';
import type { Cost } from '../state.ts';

/** What one lane used. Null: not told, or not for long enough. */
export interface Used {
  /** Share of a core. */
  cpu: number | null;
  rss_bytes: number | null;
  /** The most new connections that came within any 200 ms. */
  burst: number | null;
}

interface Reading {
  cost: Cost;
  at_us: number;
}

interface Lane {
  /** Of the process of now: since it began, or since the meter did. */
  first: Reading;
  last: Reading;
  burst: number | null;
}

export const NOTHING: Used = { cpu: null, rss_bytes: null, burst: null };

export class Meter {
  #lanes = new Map<WayName, Lane>();

  /** From here on. The last reading is where the new count begins. */
  begin(): void {
    for (const lane of this.#lanes.values()) {
      lane.first = lane.last;
      lane.burst = null;
    }
  }

  /** A reading, `at_us` by the clock of the server. */
  take(lanes: Readonly<Record<WayName, Cost>>, at_us: number): void {
    for (const [way, cost] of Object.entries(lanes) as [WayName, Cost][]) {
      const reading = { cost, at_us };
      const lane = this.#lanes.get(way);
      if (!lane) {
        this.#lanes.set(way, { first: reading, last: reading, burst: null });
        continue;
      }
      const { knocks_max = null } = cost;
      if (knocks_max !== null) lane.burst = Math.max(lane.burst ?? 0, knocks_max);
      // What a process used, only that process knows.
      if (cost.pid !== lane.last.cost.pid) lane.first = reading;
      lane.last = reading;
    }
  }

  read(way: WayName): Used {
    const lane = this.#lanes.get(way);
    if (!lane) return NOTHING;
    const { first, last, burst } = lane;
    const [from, to] = [first.cost.cpu_us, last.cost.cpu_us];
    const length_us = last.at_us - first.at_us;
    const cpu = from === null || to === null || length_us <= 0 ? null : (to - from) / length_us;
    return { cpu, rss_bytes: last.cost.rss_bytes, burst };
  }
}
