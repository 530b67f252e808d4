// What can be broken in a class: each fault with its key, what it can be set to, and how it is read from the state of a
// lane. Its name and its line of what to look for are in fault-words.ts, what is sent for it in breaking.ts.

import type { WayName } from '../types.ts';
import type { ClassState, LaneState, Weather } from './state.ts';

export type FaultName =
  | 'delay'
  | 'jitter'
  | 'rate'
  | 'stall'
  | 'cut'
  | 'cut-after'
  | 'cut-every'
  | 'half-open'
  | 'lumps'
  | 'refuse'
  | 'kill'
  | 'restart'
  | 'deploy'
  | 'extra'
  | 'herd'
  | 'slow-reader'
  | 'leave-dead';

export interface Fault {
  name: FaultName;
  /** The key that presses its button, beside those of the board. */
  key: string;
  /** Always on the strip, or behind its "…". */
  shown: 'strip' | 'rest';
  /** What it can be set to, in the unit of its words: milliseconds, seconds, bytes, bits a second, a status, subscribers.
   *  Empty: there is nothing to set. */
  values: readonly number[];
  first: number;
  /** What a lane has of it: one of its values or another one, 0 where there is nothing to set; null if it is well. A
   *  fault without this is done at once, and nothing of it lasts. */
  has?: (lane: LaneState, state: ClassState) => number | null;
  /** The part of the weather that it is, set to a value, or to null: off. */
  road?: (value: number | null) => Partial<Weather>;
}

/** Of a narrow road, in bits a second: the first ones are felt at two prices a second. */
const BITS = [1000, 2000, 4000, 8000, 16_000, 64_000, 2_000_000];
const CROWDS = [10, 100, 500, 1000, 2000];

const positive = (value: number) => (value > 0 ? value : null);
const nothing = (is: boolean) => (is ? 0 : null);
/** The cut that still stands. */
const cutOf = ({ last_break }: LaneState) => (last_break?.until_us === null ? last_break : null);

export const FAULTS: readonly Fault[] = [
  {
    name: 'delay',
    key: 'd',
    shown: 'strip',
    values: [20, 50, 90, 200, 500, 1000, 2000],
    first: 90,
    has: ({ weather }) => positive(weather.delay_ms),
    road: (ms) => ({ delay_ms: ms ?? 0 }),
  },
  {
    // 0: it is cut once, and whoever comes back is let in.
    name: 'cut',
    key: 'x',
    shown: 'strip',
    values: [0, 3, 10],
    first: 3,
    has: (lane) => {
      const cut = cutOf(lane);
      return cut && cut.after_bytes === null ? cut.for_ms / 1000 : null;
    },
  },
  {
    name: 'lumps',
    key: 'b',
    shown: 'strip',
    values: [],
    first: 0,
    has: ({ weather }) => nothing(weather.lumps),
    road: (on) => ({ lumps: on !== null }),
  },
  {
    name: 'refuse',
    key: '5',
    shown: 'strip',
    values: [503, 204],
    first: 503,
    has: ({ weather }) => weather.refuse,
    road: (status) => ({ refuse: status === 503 || status === 204 ? status : null }),
  },
  { name: 'kill', key: 'k', shown: 'strip', values: [], first: 0 },
  {
    name: 'jitter',
    key: 'y',
    shown: 'rest',
    values: [20, 50, 100, 200, 500, 1000],
    first: 200,
    has: ({ weather }) => positive(weather.jitter_ms),
    road: (ms) => ({ jitter_ms: ms ?? 0 }),
  },
  {
    name: 'rate',
    key: 'l',
    shown: 'rest',
    values: BITS,
    first: 2000,
    has: ({ weather }) => weather.rate_bits,
    road: (bits) => ({ rate_bits: bits }),
  },
  {
    name: 'stall',
    key: 'z',
    shown: 'rest',
    values: [],
    first: 0,
    has: ({ weather }) => nothing(weather.stall),
    road: (on) => ({ stall: on !== null }),
  },
  {
    // Within one event, behind a few, and behind many: an event of two prices a second takes 100 to 150 bytes.
    name: 'cut-after',
    key: '8',
    shown: 'rest',
    values: [100, 500, 2000],
    first: 500,
    has: (lane) => cutOf(lane)?.after_bytes ?? null,
  },
  {
    name: 'cut-every',
    key: 'c',
    shown: 'rest',
    values: [1, 2, 5, 10, 30],
    first: 5,
    has: ({ weather }) => (weather.cut_every_ms === null ? null : weather.cut_every_ms / 1000),
    road: (s) => ({ cut_every_ms: s === null ? null : s * 1000 }),
  },
  { name: 'half-open', key: 'o', shown: 'rest', values: [], first: 0 },
  {
    name: 'slow-reader',
    key: 'q',
    shown: 'rest',
    values: BITS,
    first: 1000,
    has: ({ weather }) => weather.slow_reader_bits,
    road: (bits) => ({ slow_reader_bits: bits }),
  },
  { name: 'deploy', key: 'p', shown: 'rest', values: [], first: 0 },
  { name: 'restart', key: 'g', shown: 'rest', values: [], first: 0 },
  {
    name: 'leave-dead',
    key: 'v',
    shown: 'rest',
    values: [],
    first: 0,
    has: (_, state) => nothing(state.leave_dead),
  },
  {
    name: 'extra',
    key: 'e',
    shown: 'rest',
    values: CROWDS,
    first: 100,
    has: ({ extra, jitter }) => (jitter ? positive(extra) : null),
  },
  {
    name: 'herd',
    key: 'u',
    shown: 'rest',
    values: CROWDS,
    first: 1000,
    has: ({ extra, jitter }) => (jitter ? null : positive(extra)),
  },
];

/** Goes on to the next choice of lanes, opens the rest, and makes all well again. */
export const KEYS = { lanes: 'a', rest: 'm', well: '0' } as const;

export const faultOf = (name: FaultName): Fault => FAULTS.find((fault) => fault.name === name)!;

/** The lanes that have a fault now. */
export function lanesWith(fault: Fault, state: ClassState): WayName[] {
  const { has } = fault;
  return has ? state.lanes.filter((lane) => has(lane, state) !== null).map(({ way }) => way) : [];
}

/** What a fault is set to on the first of these lanes that has it; null if none has. */
export function setTo(fault: Fault, lanes: readonly WayName[], state: ClassState): number | null {
  const first = state.lanes.find((lane) => lanes.includes(lane.way) && (fault.has?.(lane, state) ?? null) !== null);
  return first ? fault.has!(first, state) : null;
}

/** Whether all of these lanes have a fault, so that its button ends it. */
export function isOn(fault: Fault, lanes: readonly WayName[], state: ClassState): boolean {
  const ill = lanesWith(fault, state);
  return lanes.length > 0 && lanes.every((way) => ill.includes(way));
}
