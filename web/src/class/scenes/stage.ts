// The presenter's hand on a demo: asks the class for a step, one command after the other.

import { computed, ref, shallowRef, watch } from 'vue';

import type { Refused } from '../../presenter.ts';
import type { Live } from '../live.ts';
import { SCENES } from './all.ts';
import { commandsTo, following, placeOf, preceding, same, type Place } from './runner.ts';
import type { Scene } from './types.ts';

/** The class tells what was done within a tenth of a second. Whoever is not told any more goes on by what was known. */
const TOLD_MS = 1500;

export function useStage(live: Live) {
  const place = computed(() => placeOf(live.state.value?.scene));
  const busy = ref(false);
  /** Why the newest step was not done to its end. */
  const refused = shallowRef<Refused | null>(null);

  /** One step at a time: the next one is made of what the class is after this one. */
  async function go(to: Place | null, forwards: boolean): Promise<void> {
    const state = live.state.value;
    if (busy.value || !state) return;
    busy.value = true;
    refused.value = null;
    for (const command of commandsTo(state, to, forwards)) {
      const why = await live.command(command);
      if (why !== null) {
        refused.value = live.refused.value ?? { why, said: '' };
        break;
      }
    }
    if (!refused.value) await told(live, to);
    busy.value = false;
  }

  const start = (scene: Scene) => go({ scene, step: 0 }, true);
  const next = () => (place.value ? go(following(place.value), true) : start(SCENES[0]!));
  const leave = () => go(null, false);
  async function back(): Promise<void> {
    const before = place.value && preceding(place.value);
    if (before) await go(before, false);
  }

  return { place, busy, refused, start, next, back, leave };
}

/** Until the class says that it is there. */
function told(live: Live, to: Place | null): Promise<void> {
  const there = () => same(placeOf(live.state.value?.scene), to);
  if (there()) return Promise.resolve();
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      stop();
      done();
    };
    const timer = setTimeout(end, TOLD_MS);
    const stop = watch(live.state, () => there() && end());
  });
}
