// Which fault stood from when to when, on which lanes: taken from what the class tells of its lanes. Pure: instants are
// `performance.now()`, and are given.

import type { WayName } from '../types.ts';
import { WAYS } from '../words.ts';
import { FAULTS, type FaultName } from './faults.ts';
import type { ClassState, LaneState } from './state.ts';

export interface FaultWindow {
  /** A server that was away is named for how it went: `kill`, `restart` or `deploy`. */
  fault: FaultName;
  /** What it was set to; 0 where there is nothing to set. */
  value: number;
  /** In the order of the board. */
  lanes: readonly WayName[];
  /** -Infinity: it stood before this page looked. */
  from: number;
  /** Null: it still stands. The same as `from`: it was over at once. */
  to: number | null;
}

/** The same of one lane. */
type Stretch = Omit<FaultWindow, 'lanes'>;

/** A part of the time in view, from 0 to 1. */
interface Span {
  left: number;
  width: number;
}

/** Stretches that are kept of each lane. */
const KEPT = 64;
/** What is asked for in one go is one thing. */
const TOGETHER_MS = 1000;
/** Lanes to which it happened within so little are told of together. */
const ALIKE_MS = 20;
/** These are told of as breaks. */
const BROKEN: readonly FaultName[] = ['cut', 'cut-after', 'half-open'];
const OF_THE_SERVER: readonly FaultName[] = ['kill', 'restart', 'deploy'];
/** It breaks nothing by itself: it is about what comes after a fault. */
const NO_FAULT: FaultName = 'leave-dead';
/** Nothing is lost by these, so there is nothing to recover. */
const HARMLESS: readonly FaultName[] = ['delay', 'jitter', 'extra', 'herd'];

export class FaultWindows {
  /** Of each lane, as they began. */
  readonly #lanes = new Map<WayName, Stretch[]>();
  /** When each lane was broken last, by the server's clock. */
  readonly #broken = new Map<WayName, number>();
  /** When the server of each lane went last, by its clock. */
  readonly #went = new Map<WayName, number>();

  /** Takes what the class is at `now`. `local` brings an instant of the server to `performance.now()`. */
  take(state: ClassState, now: number, local: (us: number) => number): void {
    for (const lane of state.lanes) {
      const before = this.#lanes.get(lane.way);
      const stretches = this.#of(lane.way);
      road(stretches, lane, state, before ? now : -Infinity, now);
      this.#hand(stretches, lane, local);
      this.#server(stretches, lane, local);
      while (stretches.length > KEPT) {
        // What still stands is needed.
        stretches.splice(
          Math.max(
            0,
            stretches.findIndex(({ to }) => to !== null),
          ),
          1,
        );
      }
    }
  }

  /** Everything that is kept, as it began; what happened alike on several lanes is one. */
  all(): FaultWindow[] {
    const windows: (FaultWindow & { lanes: WayName[] })[] = [];
    for (const way of WAYS) {
      for (const stretch of this.#lanes.get(way) ?? []) {
        const window = windows.find((one) => !one.lanes.includes(way) && isAlike(one, stretch));
        if (window) window.lanes.push(way);
        else windows.push({ ...stretch, lanes: [way] });
      }
    }
    return windows.toSorted((a, b) => (a.from < b.from ? -1 : Number(a.from > b.from)));
  }

  #of(way: WayName): Stretch[] {
    const stretches = this.#lanes.get(way) ?? [];
    this.#lanes.set(way, stretches);
    return stretches;
  }

  /** What was broken by hand. Of a break that another one took the place of, the end is where that one begins. */
  #hand(stretches: Stretch[], { way, weather, last_break }: LaneState, local: (us: number) => number): void {
    if (!last_break) return;
    const { kind, for_ms, after_bytes, at_us, until_us } = last_break;
    const [from, to] = [local(at_us), until_us === null ? null : local(until_us)];
    const open = stretches.find((one) => BROKEN.includes(one.fault) && one.to === null);
    if (at_us === this.#broken.get(way)) {
      if (open) open.to = to;
      return;
    }
    this.#broken.set(way, at_us);
    if (open) open.to = Math.max(open.from, from);
    const refusing = weather.refuse !== null && stretches.find((one) => one.fault === 'refuse' && one.to === null);
    if (refusing && to === from && !(Math.abs(from - refusing.from) > TOGETHER_MS)) return;
    const fault = kind === 'cut' && after_bytes !== null ? 'cut-after' : kind;
    stretches.push({ fault, value: after_bytes ?? for_ms / 1000, from, to });
  }

  /** A server that is away, or has been. */
  #server(stretches: Stretch[], { way, last_away }: LaneState, local: (us: number) => number): void {
    if (!last_away) return;
    const { why, from_us, until_us } = last_away;
    const [from, to] = [local(from_us), until_us === null ? null : local(until_us)];
    const open = stretches.find((one) => OF_THE_SERVER.includes(one.fault) && one.to === null);
    if (from_us === this.#went.get(way)) {
      if (open) open.to = to;
      return;
    }
    this.#went.set(way, from_us);
    // It came back and went again between two tellings.
    if (open) open.to = Math.max(open.from, from);
    stretches.push({ fault: why, value: 0, from, to });
  }
}

/** Ends what is over on a road, and begins what is new. */
function road(stretches: Stretch[], lane: LaneState, state: ClassState, begun: number, now: number): void {
  for (const { name, has } of FAULTS) {
    if (!has || name === NO_FAULT || BROKEN.includes(name)) continue;
    const value = has(lane, state);
    const open = stretches.find(({ fault, to }) => fault === name && to === null);
    if (open && open.value === value) continue;
    if (open) open.to = now;
    if (value === null) continue;
    stretches.push({ fault: name, value, from: begun, to: null });
  }
}

/** What began alike on two lanes. */
const beganAlike = (one: Stretch, other: Stretch) =>
  one.fault === other.fault && one.value === other.value && isNear(one.from, other.from);
/** What happened alike to two lanes, to its end. */
const isAlike = (one: Stretch, other: Stretch) => beganAlike(one, other) && isNear(one.to, other.to);

function isNear(a: number | null, b: number | null): boolean {
  return a === b || (a !== null && b !== null && Math.abs(a - b) <= ALIKE_MS);
}

/** The same, where what began together is one, up to the last of its ends: it needs one name. */
export function begunTogether(windows: readonly FaultWindow[]): FaultWindow[] {
  const together: FaultWindow[] = [];
  for (const window of windows) {
    const at = together.findIndex((one) => beganAlike(one, window));
    const one = together[at];
    if (!one) together.push(window);
    else {
      const lanes = WAYS.filter((way) => one.lanes.includes(way) || window.lanes.includes(way));
      const to = one.to === null || window.to === null ? null : Math.max(one.to, window.to);
      together[at] = { ...one, lanes, to };
    }
  }
  return together;
}

/** The newest of a lane's windows from which there is something to recover, over or not; null if there is none. */
export function newestHarm(windows: readonly FaultWindow[], way: WayName): FaultWindow | null {
  return windows.findLast(({ fault, lanes }) => lanes.includes(way) && !HARMLESS.includes(fault)) ?? null;
}

/** The newest of these that is over by `now`. */
export function newestOver(windows: readonly FaultWindow[], way: WayName, now: number): FaultWindow | null {
  return newestHarm(
    windows.filter(({ to }) => to !== null && to <= now),
    way,
  );
}

/** Where a window lies in the time from `begin` to `end`; null if it does not. */
export function spanOf({ from, to }: Pick<FaultWindow, 'from' | 'to'>, begin: number, end: number): Span | null {
  const [left, right] = [Math.max(from, begin), Math.min(to ?? Infinity, end)];
  if (right < left || (from !== to && right === left)) return null;
  return { left: (left - begin) / (end - begin), width: (right - left) / (end - begin) };
}

/** Whether it fills all of that time: then a column would mark nothing. */
export function isAllOver({ from, to }: Pick<FaultWindow, 'from' | 'to'>, begin: number, end: number): boolean {
  return from <= begin && (to ?? Infinity) >= end;
}
