// What the inspector shows: a moment that is held, so that it can be explained. It looks again only when it is asked to.

import { onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue';

import { rest } from '../../transports/shared.ts';
import type { WayName } from '../../types.ts';
import { WAYS } from '../../words.ts';
import { findClass, type Live } from '../live.ts';
import type { ClassState } from '../state.ts';
import { Collector, type Still } from './collect.ts';
import { clearest, sameUpdates, without, type ByWay, type SameUpdate } from './same-update.ts';

/** `none`: this server has no class. `seeking` goes on until there is what was asked for. */
type Phase = 'looking' | 'none' | 'seeking' | 'held';
/** An update that has come by all four ways, or whatever has passed. */
export type View = 'same' | 'last';

const AGAIN_MS = 500;

export function useStill() {
  const phase = ref<Phase>('looking');
  const still = shallowRef<Still | null>(null);
  const updates = shallowRef<SameUpdate[]>([]);
  /** Which of the updates is shown. */
  const place = ref(0);
  /** Which ways have brought nothing yet. */
  const missing = ref<readonly WayName[]>(WAYS);
  const silent = ref(false);
  const life = new AbortController();
  let collector: Collector | null = null;
  let wish: View = 'same';

  /** Looks until there is a newer update, or until anything could be read. */
  async function seek(view: View): Promise<void> {
    wish = view;
    if (!collector || phase.value === 'seeking') return;
    phase.value = 'seeking';
    while (!life.signal.aborted && phase.value === 'seeking') {
      await look();
      if (phase.value === 'seeking') await rest(AGAIN_MS, life.signal).catch(() => {});
    }
  }

  async function look(): Promise<void> {
    const asked = collector;
    try {
      const found = await asked!.still();
      if (asked !== collector) return;
      silent.value = false;
      const all = sameUpdates(found.lanes);
      missing.value = without(found.lanes);
      if (wish === 'same' && (all.length === 0 || all.at(-1)!.text === updates.value.at(-1)?.text)) return;
      [still.value, updates.value, place.value] = [found, all, clearest(all)];
      phase.value = 'held';
    } catch {
      // A stop is no silence; whoever does not answer is asked again.
      silent.value = !life.signal.aborted && asked === collector;
    }
  }

  /** Another market is another symbol, or other numbers: the clients begin anew. What is held stays. */
  function begin({ lanes, market }: ClassState): void {
    collector?.stop();
    const origins = Object.fromEntries(lanes.map(({ way, port }) => [way, originAt(port)])) as ByWay<string>;
    collector = new Collector({ origins, symbol: market.symbols[0] ?? '' });
    if (!still.value) void seek(wish);
  }

  let unwatch = () => {};
  function follow(state: Live['state']): void {
    let epoch = '';
    const take = (now: ClassState | null) => {
      if (!now || now.market.epoch === epoch) return;
      epoch = now.market.epoch;
      begin(now);
    };
    unwatch = watch(state, take, { immediate: true });
  }

  onMounted(async () => {
    const live = await findClass();
    if (!live) phase.value = 'none';
    else if (life.signal.aborted) live.stop();
    else {
      life.signal.addEventListener('abort', () => live.stop());
      follow(live.state);
    }
  });
  onBeforeUnmount(() => {
    unwatch();
    life.abort();
    collector?.stop();
  });
  return { phase, still, updates, place, missing, silent, seek };
}

/** The lanes are on ports of their own, at the name by which this page was asked for. */
function originAt(port: number): string {
  const url = new URL(location.href);
  url.port = String(port);
  return url.origin;
}
