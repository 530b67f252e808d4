// Keeps the windows of the faults of a class up to date for a page.

import { shallowRef, watch, type ShallowRef } from 'vue';

import type { Live } from './live.ts';
import { FaultWindows, type FaultWindow } from './windows.ts';

/** Follows a class until the scope of effects in which it is called goes away. The windows come as they began; another list
 *  whenever one begins or ends. `local` brings an instant of the server to `performance.now()`. */
export function useFaults(live: () => Live | null, local: (us: number) => number): ShallowRef<readonly FaultWindow[]> {
  const known = new FaultWindows();
  const windows = shallowRef<readonly FaultWindow[]>([]);
  watch(
    () => live()?.state.value ?? null,
    (state) => {
      if (!state) return;
      known.take(state, performance.now(), local);
      windows.value = known.all();
    },
    // Each state, as it comes: of two in a row, the first may hold the fault.
    { immediate: true, flush: 'sync' },
  );
  return windows;
}
