// What was counted for one lane, by its server. A server that started again counts from zero: what was seen of its count
// before stays.

import type { WayName } from '../types.ts';

export interface Counts {
  requests: number;
  connections: number;
  bytes_up: number;
  bytes_down: number;
  /** The updates that these bytes brought. */
  events: number;
}

/** What passed, whatever it brought. */
export type Passed = Omit<Counts, 'events'>;

/** Who counts for a lane: its server, or the road to it. */
export interface Ledger {
  /** Connections that stand at this moment. */
  readonly open: number;
  /** Not everything was seen: each count may be higher. */
  readonly atLeast: boolean;
  /** Null until something was counted. `received` is how many updates the lane has heard. */
  total(received: number): Counts | null;
  /** What was counted since everything is seen: from `from` on, `performance.now()`. Null while something is not. */
  unbroken(): { passed: Passed; from: number } | null;
}

interface Told extends Counts {
  way: string;
  open: number;
}

const NONE: Counts = { requests: 0, connections: 0, bytes_up: 0, bytes_down: 0, events: 0 };

export class Account implements Ledger {
  open = 0;
  readonly atLeast = false;
  #before = NONE;
  #now: Counts | null = null;

  constructor(private readonly way: WayName) {}

  /** The answer of `/api/stats?lane=`. */
  take({ accounts }: { accounts: readonly Told[] }): void {
    const told = accounts.find(({ way }) => way === this.way);
    if (!told) return;
    if (this.#now && (told.requests < this.#now.requests || told.bytes_down < this.#now.bytes_down)) {
      this.#before = add(this.#before, this.#now);
    }
    this.#now = told;
    this.open = told.open;
  }

  total(): Counts | null {
    return this.#now && add(this.#before, this.#now);
  }

  unbroken(): { passed: Passed; from: number } | null {
    const passed = this.total();
    return passed && { passed, from: -Infinity };
  }
}

function add(a: Counts, b: Counts): Counts {
  return {
    requests: a.requests + b.requests,
    connections: a.connections + b.connections,
    bytes_up: a.bytes_up + b.bytes_up,
    bytes_down: a.bytes_down + b.bytes_down,
    events: a.events + b.events,
  };
}
