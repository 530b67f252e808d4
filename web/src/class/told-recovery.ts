// For how long a recovery is told. The line below a lane goes away again; a demo speaks of it for as long as it lasts. Pure.

import type { LaneRecord } from '../lane/record.ts';
import { recoveryOf, type Recovery } from './recovery.ts';
import { newestHarm, newestOver, type FaultWindow } from './windows.ts';

/** So long after the lane was fresh again. */
const FRESH_MS = 30_000;
/** So long after the fault at most. A stream that is half open may be noticed after forty seconds only. */
const AFTER_MS = 90_000;

/** What is told below a lane; null if that is over, or there is nothing to tell. */
export function recoveryBelow(record: LaneRecord, windows: readonly FaultWindow[], now: number): Recovery | null {
  const window = newestOver(windows, record.of.way, now);
  if (!window || window.to === null || now - window.to >= AFTER_MS) return null;
  const recovery = recoveryOf(record, window.from, window.to, now);
  const fresh = recovery?.fresh_ms ?? null;
  return fresh !== null && now - window.to - fresh >= FRESH_MS ? null : recovery;
}

/** What a demo tells of the newest fault that began at `since` or later; null as long as it stands. */
export function recoverySince(
  record: LaneRecord,
  windows: readonly FaultWindow[],
  since: number,
  now: number,
): Recovery | null {
  const window = newestHarm(windows, record.of.way);
  return window && window.from >= since ? recoveryOf(record, window.from, window.to, now) : null;
}
