// A board that follows a demo: sets itself as each step wants it, and takes what was measured at the right moments.

import { computed, ref, shallowRef, watch } from 'vue';

import type { Settings } from '../../components/settings.ts';
import type { Live } from '../live.ts';
import type { Measured, Outcome } from './measured.ts';
import { boardAt, goesOn, placeOf, same, stepAt, type Place } from './runner.ts';
import type { BoardWish, Step } from './types.ts';

/** A sentence in which something is missing is made anew this often. */
const AGAIN_MS = 1000;
/** What is broken may come so long before its step is heard of here. */
const TOLD_MS = 1000;

/** The board, as far as a demo touches it. */
interface Stage {
  /** Another step begins: what was measured from here on is its own. */
  begin(): void;
  /** The figures of this moment; those of a recovery only from faults since an instant of `performance.now()`. */
  measured(since: number): Measured;
  /** Since when all lanes count, `performance.now()`. */
  since(): number;
  settings(): Settings;
  /** Sets it; without `window_s` it counts anew. */
  change(part: Partial<Settings>): void;
  /** Whether lanes that lose their connection come back without a cursor; it holds for lanes that begin later. */
  forget(does: boolean): void;
  /** A picture that stands still goes on. */
  resume(): void;
}

export function useAudience(live: Live, board: Stage) {
  const place = shallowRef<Place | null>(null);
  const step = computed(() => place.value && stepAt(place.value));
  /** What a sentence about the outcome speaks of: taken once it is known, so that it stands still while it is read. */
  const taken = shallowRef<Outcome | null>(null);
  /** How long an outcome is still measured, in seconds. */
  const wait_s = ref(0);
  let kept: Record<string, Measured> = {};
  let forgets = false;
  /** What was set before the demo. */
  let before: BoardWish | null = null;
  /** Since when all is as it is now, and since when something was broken last. `performance.now()`. */
  let settled = -Infinity;
  let broke = -Infinity;
  /** The step that led to this outcome: what it measures goes on. */
  let leading: Step | null = null;
  let takenAt = 0;

  function take(): void {
    const now = board.measured(broke);
    if (leading) kept = { ...kept, [leading.id]: now };
    taken.value = { now, kept };
    takenAt = performance.now();
  }

  /** How long until the figures of a step mean something, in milliseconds. */
  const missing = ({ measures_s = 0 }: Step): number =>
    Math.max(0, measures_s * 1000 - (performance.now() - Math.max(settled, board.since())));

  /** What was told of an outcome is kept as it was told; of any other step what is measured at its end, if it was long
   *  enough for that. */
  function keep(left: Step): void {
    const { [left.id]: _, ...others } = kept;
    kept = others;
    if (left.kind === 'happened') {
      if (taken.value) kept[left.id] = taken.value.now;
    } else if (missing(left) === 0) kept[left.id] = board.measured(broke);
  }

  /** To be called a few times a second: takes the figures of an outcome when they are enough, and, unless they were
   *  `whole`, again. */
  function tick(whole: boolean): void {
    if (step.value?.kind !== 'happened') return;
    if (taken.value && (whole || performance.now() - takenAt < AGAIN_MS)) return;
    const left_ms = missing(step.value);
    wait_s.value = taken.value ? 0 : Math.ceil(left_ms / 1000);
    if (left_ms === 0) take();
  }

  /** It counts anew where its clients change, and at the beginning of a scene. After a demo it is as it was before. */
  function set(to: Place | null, begins: boolean): void {
    const wish = to ? boardAt(to) : before;
    if (!wish) return;
    const { interval_s, hold_s, window_s, forget } = wish;
    const changes = forget !== forgets;
    if (changes) board.forget(forget);
    forgets = forget;
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
      const now = performance.now();
      const next = to && stepAt(to);
      const on = goesOn(from, to);
      leading = on && from && next?.kind === 'happened' ? stepAt(from) : null;
      if (from && !leading) keep(stepAt(from));
      if (from?.scene !== to?.scene) [kept, broke] = [{}, -Infinity];
      if (!from && to) {
        const { interval_s, hold_s, window_s } = board.settings();
        before = { interval_s, hold_s, window_s, forget: false };
      }
      if (!on) settled = now;
      // Whoever goes back breaks nothing again.
      const forwards = from !== null && to !== null && from.scene === to.scene && from.step < to.step;
      if (forwards && next?.kind === 'watch' && next.acts) broke = now - TOLD_MS;
      place.value = to;
      taken.value = null;
      if (!leading) board.begin();
      board.resume();
      set(to, to !== null && (from?.scene !== to.scene || to.step === 0));
      tick(false);
    },
    { immediate: true },
  );

  return { place, step, taken, wait_s, tick };
}
