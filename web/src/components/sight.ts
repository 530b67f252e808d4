// What is shown of a lane in words and numbers: taken from its record a few times a second, so that the page is laid
// out a few times a second and not at every event.

import type { Counts, Ledger } from '../lane/account.ts';
import { firstFrom } from '../lane/age.ts';
import type { Board, BoardLane } from '../lane/board.ts';
import type { LaneRecord } from '../lane/record.ts';
import type { State } from '../types.ts';

/** A price this much newer may still be in the browser's queue: one lane is a moment behind another. */
const JUST_MS = 100;

export interface Sight {
  on: boolean;
  state: State;
  wait_s: number;
  seq: number;
  value: number | null;
  /** The server has had another price for longer than the way here takes. */
  stale: boolean;
  /** Milliseconds; `ideal` is the market's own quiet. */
  age: number | null;
  ideal: number | null;
  missed: number | null;
  atLeast: boolean;
  perUpdate: number | null;
  counts: Counts | null;
  /** Not all that passed was counted. */
  countsAtLeast: boolean;
  /** Of the time since when all that passed was counted; null if that is not so now. */
  counted: Counts | null;
  open: number;
  answers: number;
  received: number;
  published: number;
}

/** Of the four lanes: the scales of their bars. */
export interface Scales {
  age: number;
  perUpdate: number;
}

export function look(board: Board, lane: BoardLane, window_s: number): Sight {
  const { way, record, account } = lane;
  const now = performance.now();
  const counts = account.total(record.received);
  const stream = way === 'ws' || way === 'sse';
  const wait_ms = record.now.name === 'again' ? record.stateAt + record.now.in_ms - now : 0;
  return {
    on: board.isOn(way),
    state: record.now,
    wait_s: Math.max(1, Math.ceil(wait_ms / 1000)),
    ...believedAt(board, lane, window_s, now),
    missed: record.neverSeen(),
    atLeast: record.atLeast,
    perUpdate: counts && counts.events > 0 ? (counts.bytes_up + counts.bytes_down) / counts.events : null,
    counts,
    countsAtLeast: account.atLeast,
    counted: countedOf(account, record),
    open: account.open,
    answers: stream ? record.received : record.answers,
    received: record.received,
    published: record.received + record.missed,
  };
}

/** What was counted to its end, so that it can be divided by the updates that came meanwhile. */
export function countedOf(ledger: Ledger, { events, received }: LaneRecord): Counts | null {
  const stretch = ledger.unbroken();
  if (!stretch) return null;
  const { passed, from } = stretch;
  if (from === -Infinity) return { ...passed, events: received };
  // Of a very long stretch the first events are not kept.
  if (received > events.length && events[0]!.arrived > from) return null;
  return { ...passed, events: events.length - firstFrom(events, from, ({ arrived }) => arrived) };
}

/** What the lane took for the price at an instant, `performance.now()`, and how old that was. */
export function believedAt(board: Board, { record, since }: BoardLane, window_s: number, instant: number) {
  const known = record.heardBetween(instant, instant).at(-1) ?? null;
  const at_us = board.serverAt(instant);
  const newest = board.truth.between(at_us, at_us).at(-1) ?? null;
  const from = Math.max(instant - window_s * 1000, record.events[0]?.arrived ?? since);
  return {
    seq: known?.seq ?? 0,
    value: known?.value ?? null,
    stale:
      known !== null &&
      newest !== null &&
      newest.value !== known.value &&
      newest.at > known.at &&
      instant - board.local(newest.at) > JUST_MS,
    age: record.meanAge(from, instant),
    ideal: board.truth.idealAge(board.serverAt(from), at_us),
  };
}

export function scalesOf(sights: readonly Sight[]): Scales {
  const most = (of: (sight: Sight) => number | null) => Math.max(0, ...sights.map((sight) => of(sight) ?? 0));
  return { age: most(({ age }) => age), perUpdate: most(({ perUpdate }) => perUpdate) };
}
