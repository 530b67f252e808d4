// A phone in its class: runs the lane that the class gave it, anew whenever lane, market or demo are others, and through
// its sleep.

import { computed, onBeforeUnmount, onMounted, shallowRef, watch } from 'vue';

import { keepTime } from '../../clock.ts';
import { AT_FIRST } from '../../components/settings.ts';
import type { Live, You } from '../live.ts';
import { boardAt, placeOf } from '../scenes/runner.ts';
import { isInWave } from '../wave.ts';
import { cursorFor, recall, remember } from './memory.ts';
import { PhoneLane, type Habit } from './phone-lane.ts';
import { lookAtPhone, type PhoneSight } from './phone-sight.ts';

const LOOK_MS = 250;
const CALM_LOOK_MS = 1000;
/** Outside of a demo. */
const FREE: Habit = { interval_s: AT_FIRST.interval_s, hold_s: AT_FIRST.hold_s, forget: false };

export function usePhone(live: Live, you: () => You, window_s: number) {
  const lane = shallowRef<PhoneLane | null>(null);
  const sight = shallowRef<PhoneSight | null>(null);
  /** What the class says of the lane's server. */
  const standing = computed(() => live.state.value?.lanes.find(({ way }) => way === you().lane) ?? null);
  /** As the demo wishes, on the phones as on the board. */
  const habit = computed<Habit>(() => {
    const place = placeOf(live.state.value?.scene);
    return place ? boardAt(place) : FREE;
  });
  /** Whatever of all that means something to this lane: when it changes, everything is counted anew. */
  const key = computed(() => {
    const { lane: way } = you();
    const { interval_s, hold_s, forget } = habit.value;
    const own = { poll: interval_s, 'long-poll': hold_s, ws: 0, sse: 0 }[way];
    return [way, standing.value?.port, live.state.value?.market.epoch, own, forget].join();
  });
  /** Plain http on a network: browsers give such pages less. */
  const insecure = !isSecureContext;
  const life = new AbortController();
  const clock = keepTime(life.signal);
  let timer: ReturnType<typeof setInterval> | undefined;
  /** Where the page was that the browser threw away; the first lane goes on there. */
  let before = recall();

  function look(): void {
    if (lane.value && !document.hidden) sight.value = lookAtPhone(lane.value, clock.error_ms(), window_s * 1000);
  }

  function begin(): void {
    const market = live.state.value?.market;
    if (!market || !standing.value) return;
    lane.value?.stop();
    const way = you().lane;
    lane.value = new PhoneLane({
      way,
      origin: `${location.protocol}//${location.hostname}:${standing.value.port}`,
      market,
      cursor: cursorFor(way, market.epoch, before),
      habit: habit.value,
      clock,
      got: (epoch, seq) => {
        if (isInWave(seq, market)) live.got(epoch, seq);
      },
    });
    before = null;
    keep();
    look();
  }

  /** Notes where it goes on, should the browser throw this page away. */
  function keep(): void {
    if (lane.value) remember({ way: lane.value.way, cursor: lane.value.cursor });
  }

  function turned(): void {
    if (!lane.value) return;
    const now = performance.now();
    if (document.hidden) lane.value.sleep.fell(Date.now(), lane.value.serverAt(now));
    else lane.value.sleep.woke(now, Date.now());
    keep();
  }

  watch(key, begin, { immediate: true });
  onMounted(() => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    timer = setInterval(look, calm ? CALM_LOOK_MS : LOOK_MS);
    document.addEventListener('visibilitychange', turned, { signal: life.signal });
    addEventListener('pagehide', keep, { signal: life.signal });
  });
  onBeforeUnmount(() => {
    lane.value?.stop();
    life.abort();
    clearInterval(timer);
  });
  return { lane, sight, standing, habit, insecure };
}
