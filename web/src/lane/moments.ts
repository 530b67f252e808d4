// The instants at which something happened in a lane: where a picture that stands still goes when it is moved a step.

import { firstFrom } from './age.ts';
import type { LaneRecord } from './record.ts';

/** What lies closer together cannot be told apart in the picture. */
const APART_MS = 20;

/** The first instant after this one at which any of the lanes asked, was answered, lost or heard something; null while
 *  there is none. All are `performance.now()`. */
export function nextMoment(records: readonly LaneRecord[], instant: number): number | null {
  const after = instant + APART_MS;
  let next = Infinity;
  for (const { events, exchanges } of records) {
    next = Math.min(next, events[firstFrom(events, after, ({ arrived }) => arrived)]?.arrived ?? Infinity);
    const place = firstFrom(exchanges, after, ({ asked }) => asked);
    // The one before it may still have been open.
    for (const { asked, answered, closed } of exchanges.slice(Math.max(0, place - 1), place + 1)) {
      for (const at of [asked, answered, closed]) if (at !== null && at >= after) next = Math.min(next, at);
    }
  }
  return next === Infinity ? null : next;
}
