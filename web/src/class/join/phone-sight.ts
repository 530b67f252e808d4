// What a phone shows of its lane in words and numbers: taken a few times a second.

import type { LaneRecord } from '../../lane/record.ts';
import type { State } from '../../types.ts';
import type { PhoneLane } from './phone-lane.ts';
import type { Slept } from './sleep.ts';

/** A price this much newer may still be in the browser's queue. */
const JUST_MS = 100;

export interface PhoneSight {
  state: State;
  wait_s: number;
  value: number | null;
  /** How old the price is, in milliseconds. */
  old_ms: number | null;
  /** The server has had another price for longer than the way here takes. */
  stale: boolean;
  /** Milliseconds. */
  age: number | null;
  missed: number | null;
  atLeast: boolean;
  /** Milliseconds, and how far it may be wrong; both null before the clocks were compared. */
  latency: number | null;
  error: number | null;
  slept: Slept | null;
}

export function lookAtPhone(lane: PhoneLane, error: number | null, window_ms: number): PhoneSight {
  const now = performance.now();
  const { record, truth, local, sleep } = lane;
  const known = record.believed();
  const newest = truth.newest();
  const listening = Math.max(lane.since, sleep.wokeAt() ?? 0);
  const from = Math.max(now - window_ms, record.events[0]?.arrived ?? lane.since);
  const wait_ms = record.now.name === 'again' ? record.stateAt + record.now.in_ms - now : 0;
  return {
    state: record.now,
    wait_s: Math.max(1, Math.ceil(wait_ms / 1000)),
    value: known?.value ?? null,
    old_ms: known && Math.max(0, now - local(known.at)),
    stale:
      known !== null &&
      newest !== null &&
      newest.value !== known.value &&
      newest.at > known.at &&
      now - local(newest.at) > JUST_MS,
    age: record.meanAge(from, now),
    missed: record.neverSeen(),
    atLeast: record.atLeast,
    latency: error === null ? null : latency(record, now - window_ms, now, listening),
    error,
    slept: sleep.told(now),
  };
}

/** From the instant a price was published to its arrival here: the median of those that came between two instants, in
 *  milliseconds. Older than `listening` is what came as a snapshot or a replay: nobody was there to be told. */
export function latency(record: LaneRecord, from: number, to: number, listening: number): number | null {
  const { local } = record.of;
  const each = record
    .heardBetween(from, to + 1)
    .filter(({ arrived, at }) => arrived >= from && local(at) >= listening)
    .map(({ arrived, at }) => Math.max(0, arrived - local(at)))
    .toSorted((a, b) => a - b);
  const middle = each.length >> 1;
  if (each.length === 0) return null;
  return each.length % 2 === 1 ? each[middle]! : (each[middle - 1]! + each[middle]!) / 2;
}
