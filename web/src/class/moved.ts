// A class that was started anew may have its roads at other ports. A page may talk only to those that its server named when
// it was loaded, so it has to be loaded again.

import { watch, type ShallowRef } from 'vue';

import type { ClassState } from './state.ts';

/** Calls `then` when the roads begin elsewhere than they did at first, and returns what ends the watch. */
export function whenMoved(state: Readonly<ShallowRef<ClassState | null>>, then: () => void): () => void {
  const ports = () => state.value?.lanes.map(({ way, port }) => `${way} ${port}`).join();
  const first = ports();
  return watch(ports, (now) => now !== undefined && now !== first && then(), { flush: 'sync' });
}
