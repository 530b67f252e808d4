// A board that follows a demo: sets itself as each step wants it, and takes what was measured at the right moments.

import { computed, shallowRef, watch } from 'vue';

import type { Settings } from '../../components/settings.ts';
import type { Live } from '../live.ts';
import type { Measured, Outcome } from './measured.ts';
import { boardAt, placeOf, same, stepAt, type Place } from './runner.ts';

/** The board, as far as a demo touches it. */
interface Stage {
  /** Another step begins: what was measured from here on is its own. */
  begin(): void;
  measured(): Measured;
  settings(): Settings;
  /** Sets it; without `window_s` it counts anew. */
  change(part: Partial<Settings>): void;
  /** Whether lanes that lose their connection come back without a cursor; it holds for lanes that begin later. */
  forget(does: boolean): void;
}

export function useAudience(live: Live, board: Stage) {
  const place = shallowRef<Place | null>(null);
  const step = computed(() => place.value && stepAt(place.value));
  /** What a sentence about the outcome speaks of: taken once, so that it stands still while it is read. */
  const taken = shallowRef<Outcome | null>(null);
  let kept: Record<string, Measured> = {};
  let forgets = false;

  function take(): void {
    taken.value = { now: board.measured(), kept };
  }

  /** It counts anew where its clients change, and at the beginning of a scene. */
  function set(to: Place | null, begins: boolean): void {
    const wish = to && boardAt(to);
    const forget = wish?.forget ?? false;
    const changes = forget !== forgets;
    if (changes) board.forget(forget);
    forgets = forget;
    if (!wish) {
      if (changes) board.change({});
      return;
    }
    const { interval_s, hold_s, window_s } = wish;
    const is = board.settings();
    if (window_s !== is.window_s) board.change({ window_s });
    const other = interval_s !== is.interval_s || hold_s !== is.hold_s;
    if (begins || changes || other) board.change({ interval_s, hold_s });
  }

  watch(
    () => placeOf(live.state.value?.scene),
    (to) => {
      const from = place.value;
      if (same(from, to)) return;
      // What was told of an outcome is kept as it was told; of any other step, what is measured at its end.
      if (from) kept = { ...kept, [stepAt(from).id]: taken.value?.now ?? board.measured() };
      if (from?.scene !== to?.scene) kept = {};
      place.value = to;
      if (to && stepAt(to).kind === 'happened') take();
      else taken.value = null;
      board.begin();
      set(to, from?.scene !== to?.scene || to?.step === 0);
    },
    { immediate: true },
  );

  return { place, step, taken, take };
}
