// Which fault stood from when to when, on which lanes: taken from what the class tells of its lanes, and, where a fault
// leaves no trace there, from what was asked for here. Pure: instants are `performance.now()`, and are given.

import type { WayName } from '../types.ts';
import { WAYS } from '../words.ts';
import { FAULTS, type FaultName } from './faults.ts';
import type { ClassState, Command, LaneState } from './state.ts';

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

/** The same of one lane. `of` is the fault that the state tells of, which may be a part of another one. */
type Stretch = Omit<FaultWindow, 'lanes'> & { of: FaultName };

/** A part of the time in view, from 0 to 1. */
interface Span {
  left: number;
  width: number;
}

/** Stretches that are kept of each lane. */
const KEPT = 64;
/** What is asked for in one go is one thing. */
const TOGETHER_MS = 1000;
/** For so long after a fault its recovery is shown. */
const RECOVERING_MS = 30_000;
/** With these comes a cut, which is a part of them. Nothing that passes, and a cut: that is a longer cut. */
const WITH_A_CUT: Partial<Record<FaultName, FaultName>> = { cut: 'cut', stall: 'cut', refuse: 'refuse' };
const OF_THE_SERVER: readonly FaultName[] = ['kill', 'restart', 'deploy'];
/** It breaks nothing by itself: it is about what comes after a fault. */
const NO_FAULT: FaultName = 'leave-dead';
/** Nothing is lost by these, so there is nothing to recover. */
const HARMLESS: readonly FaultName[] = ['delay', 'jitter', 'extra', 'herd'];

export class FaultWindows {
  /** Of each lane, as they began. */
  readonly #lanes = new Map<WayName, Stretch[]>();
  readonly #pids = new Map<WayName, number>();
  /** What was asked for that ends a server. */
  readonly #wish = new Map<WayName, FaultName>();

  /** Takes what the class is at `now`. `local` brings an instant of the server to `performance.now()`. */
  take(state: ClassState, now: number, local: (us: number) => number): void {
    for (const lane of state.lanes) {
      const before = this.#lanes.get(lane.way);
      const stretches = this.#of(lane.way);
      road(stretches, lane, state, before ? now : -Infinity, now);
      this.#server(stretches, lane, local(lane.since_us));
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

  /** Takes what was asked for and has been done by `now`. */
  did(command: Command, now: number): void {
    if (command.do === 'cut' || command.do === 'half-open') {
      for (const way of command.lanes ?? WAYS) once(this.#of(way), command.do, now);
    } else if (command.do === 'kill' || command.do === 'restart' || command.do === 'deploy') {
      for (const way of command.lanes ?? WAYS) this.#wish.set(way, command.do);
    }
  }

  /** Everything that is kept, as it began; what happened alike on several lanes is one. */
  all(): FaultWindow[] {
    const windows = new Map<string, FaultWindow & { lanes: WayName[] }>();
    for (const way of WAYS) {
      for (const { fault, value, from, to } of this.#lanes.get(way) ?? []) {
        const alike = [fault, value, from, to].join();
        const window = windows.get(alike);
        if (window) window.lanes.push(way);
        else windows.set(alike, { fault, value, lanes: [way], from, to });
      }
    }
    return [...windows.values()].toSorted((a, b) => (a.from < b.from ? -1 : Number(a.from > b.from)));
  }

  #of(way: WayName): Stretch[] {
    const stretches = this.#lanes.get(way) ?? [];
    this.#lanes.set(way, stretches);
    return stretches;
  }

  /** A server that is away, or has been: `since` is when it came into the state in which it is. */
  #server(stretches: Stretch[], { way, state, pid }: LaneState, since: number): void {
    const away = stretches.find(({ of, to }) => OF_THE_SERVER.includes(of) && to === null);
    const before = this.#pids.get(way);
    if (pid !== null) this.#pids.set(way, pid);
    // Of one that came and went between two tellings, only the other number of its process is left.
    const missed = state === 'up' && !away && before !== undefined && pid !== before;
    if (state === 'up' && away) away.to = Math.max(away.from, since);
    if (state === 'up' ? !missed : away) return;
    const wish = this.#wish.get(way) ?? 'restart';
    this.#wish.delete(way);
    const fault = ({ up: wish, down: 'kill', draining: 'deploy', starting: wish } as const)[state];
    stretches.push({ of: fault, fault, value: 0, from: since, to: missed ? since : null });
  }
}

/** Ends what is over on a road, and begins what is new. */
function road(stretches: Stretch[], lane: LaneState, state: ClassState, begun: number, now: number): void {
  for (const { name, has } of FAULTS) {
    if (!has || name === NO_FAULT) continue;
    const value = has(lane, state);
    const open = stretches.find(({ of, to }) => of === name && to === null);
    if (open && open.value === value) continue;
    if (open) open.to = now;
    if (value === null) continue;
    const part = stretches.findIndex((one) => one.of === 'cut' && one.from === one.to && now - one.from < TOGETHER_MS);
    const whole = part < 0 ? undefined : WITH_A_CUT[name];
    if (whole) stretches.splice(part, 1);
    stretches.push({ of: name, fault: whole ?? name, value, from: begun, to: null });
  }
}

/** What is over at once. */
function once(stretches: Stretch[], fault: FaultName, now: number): void {
  const whole = stretches.find(({ of, from, to }) => WITH_A_CUT[of] && to === null && now - from < TOGETHER_MS);
  if (fault === 'cut' && whole) whole.fault = WITH_A_CUT[whole.of]!;
  else stretches.push({ of: fault, fault, value: 0, from: now, to: now });
}

/** The newest of a lane's windows that is over and from which there is something to recover; null if that is long ago. */
export function recovering(windows: readonly FaultWindow[], way: WayName, now: number): FaultWindow | null {
  const fits = ({ fault, lanes, to }: FaultWindow) =>
    lanes.includes(way) && !HARMLESS.includes(fault) && to !== null && to <= now && now - to < RECOVERING_MS;
  return windows.findLast(fits) ?? null;
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
