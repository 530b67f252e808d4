// What a board has measured, as far as a scene can speak of it. Null is what was not measured, or not to the end.

import type { Sight } from '../../components/sight.ts';
import type { WayName } from '../../types.ts';
import { WAYS } from '../../words.ts';
import type { Recovery } from '../recovery.ts';
import { NOTHING, type Used } from './meter.ts';

/** What was measured of one lane, from the beginning of its count on where nothing else is said. */
export interface Figures extends Used {
  /** Mean age of the price over what is in view, in milliseconds. */
  age_ms: number | null;
  /** Share of the prices that were never seen, from 0 to 1. */
  missed_share: number | null;
  requests_per_update: number | null;
  bytes_per_update: number | null;
  /** From the end of the newest fault until the newest price was known again, in milliseconds. */
  fresh_ms: number | null;
  /** Prices from that fault until then: never heard of, and given again. */
  lost: number | null;
  replayed: number | null;
}

/** What a board knows at a moment. */
export interface Now {
  /** Of the four ways, in their order. */
  sights: readonly Sight[];
  /** Since when all of them count, `performance.now()`. */
  since: number;
  /** What became of a lane after the newest fault that began at `since` or later. */
  recovery: (way: WayName, since: number) => Recovery | null;
}

export type Measured = Readonly<Record<WayName, Figures>>;

/** All that a sentence can speak of: what is measured now, and what was measured at the end of each step before, by the
 *  name of that step. */
export interface Outcome {
  now: Measured;
  kept: Readonly<Record<string, Measured | undefined>>;
}

/** A step that was left before this page was there. */
const UNKNOWN: Figures = {
  age_ms: null,
  missed_share: null,
  requests_per_update: null,
  bytes_per_update: null,
  fresh_ms: null,
  lost: null,
  replayed: null,
  ...NOTHING,
};

/** The figures of this moment. `sights` are those of the four ways in their order. What was not counted to the
 *  end is not given as a figure: requests and bytes are those since when all of them were counted. */
export function measure(
  sights: readonly Sight[],
  recovery: (way: WayName) => Recovery | null,
  used: (way: WayName) => Used,
): Measured {
  const of = (way: WayName, place: number): Figures => {
    const sight = sights[place];
    const counted = sight?.counted?.events ? sight.counted : null;
    const recovered = recovery(way);
    // Before it is fresh again a lane may still be given what it lacks.
    const back = recovered !== null && recovered.fresh_ms !== null;
    return {
      age_ms: sight?.age ?? null,
      missed_share: sight && !sight.atLeast ? sight.missed : null,
      requests_per_update: counted && counted.requests / counted.events,
      bytes_per_update: counted && (counted.bytes_up + counted.bytes_down) / counted.events,
      fresh_ms: recovered?.fresh_ms ?? null,
      lost: back ? recovered.lost : null,
      replayed: back ? recovered.replayed : null,
      ...used(way),
    };
  };
  return Object.fromEntries(WAYS.map((way, place) => [way, of(way, place)])) as Record<WayName, Figures>;
}

/** What was measured of a way at the end of a step. */
export const at = ({ kept }: Outcome, step: string, way: WayName): Figures => kept[step]?.[way] ?? UNKNOWN;

/** The ways with the greatest of a figure; several if they are equal. Null if one of the four is missing. */
export function most(of: (way: WayName) => number | null): WayName[] | null {
  const values = WAYS.map(of);
  if (values.some((value) => value === null)) return null;
  const greatest = Math.max(...(values as number[]));
  return WAYS.filter((_, place) => values[place] === greatest);
}

/** The same with the least. */
export function least(of: (way: WayName) => number | null): WayName[] | null {
  return most((way) => {
    const value = of(way);
    return value === null ? null : -value;
  });
}

/** The ways of which a figure is more than nothing. Null if one of the four is missing. */
export function some(of: (way: WayName) => number | null): WayName[] | null {
  const values = WAYS.map(of);
  return values.some((value) => value === null) ? null : WAYS.filter((_, place) => values[place]! > 0);
}
