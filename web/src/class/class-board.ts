// What a board has in a class beside its lanes: their roads, what their processes use, the faults and what became of a
// lane after them. It is loaded only where there is a class.

import { effectScope, watch } from 'vue';

import type { BoardLane } from '../lane/board.ts';
import { useFaults } from './fault-watch.ts';
import type { Live } from './live.ts';
import type { Recovery } from './recovery.ts';
import { ClassRoads } from './roads.ts';
import type { LaneState } from './state.ts';
import { recoveryBelow, recoverySince } from './told-recovery.ts';
import { Usage, type InUse } from './usage.ts';

/** What is shown of a lane in a class. */
export interface ClassSight {
  /** Null: the class does not know this lane, or does not answer. */
  state: LaneState | null;
  used: InUse | null;
  recovery: Recovery | null;
}

/** The first marks are those of the first requests: for so long they wait for the live connection, in milliseconds. */
const PATIENCE_MS = 3000;

export type ClassBoard = Awaited<ReturnType<typeof attend>>;

/** Begins to follow a class, and resolves when its marks are heard, or will not be soon. `local` brings an instant of the
 *  server to `performance.now()`. */
export async function attend(live: Live, local: (us: number) => number) {
  const scope = effectScope(true);
  const windows = scope.run(() => useFaults(() => live, local))!;
  const roads = new ClassRoads(live);
  const usage = new Usage();
  const quiet = live.onCost((lanes, at_us) => usage.take(lanes, at_us, performance.now()));
  await opened(live);
  return {
    live,
    roads,
    windows,
    look({ way, record }: BoardLane): ClassSight {
      const now = performance.now();
      return {
        state: (live.open.value && live.state.value?.lanes.find((lane) => lane.way === way)) || null,
        used: usage.of(way, now),
        recovery: recoveryBelow(record, windows.value, now),
      };
    },
    /** What became of a lane after the newest fault that began at `since` or later, `performance.now()`. */
    recovery: ({ record }: BoardLane, since: number) => recoverySince(record, windows.value, since, performance.now()),
    stop(): void {
      quiet();
      roads.stop();
      scope.stop();
      live.stop();
    },
  };
}

function opened({ open }: Live): Promise<void> {
  if (open.value) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(end, PATIENCE_MS);
    const stop = watch(open, end);
    function end(): void {
      clearTimeout(timer);
      stop();
      done();
    }
  });
}
