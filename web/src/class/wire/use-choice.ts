// What is chosen among what is shown: an exchange of each way, one of its fields, and the moves from one to the next.

import { computed, reactive, ref, watch, type Ref, type ShallowRef } from 'vue';

import type { WayName } from '../../types.ts';
import { WAYS } from '../../words.ts';
import type { Still } from './collect.ts';
import { bytesOf, type Exchange } from './exchanges.ts';
import type { ByWay, SameUpdate } from './same-update.ts';
import { across, along, itemsOf, type Item, type Spot } from './selection.ts';
import type { View } from './use-still.ts';

interface Shown {
  still: ShallowRef<Still | null>;
  updates: ShallowRef<SameUpdate[]>;
  place: Ref<number>;
}

export function useChoice({ still, updates, place }: Shown) {
  const view = ref<View>('same');
  /** Of the last exchanges, which one each way shows. */
  const at = reactive<ByWay<number>>({ poll: 0, 'long-poll': 0, ws: 0, sse: 0 });
  // The head of a frame has the most to say in the fewest bytes.
  const spot = ref<Spot>({ way: 'ws', place: 0 });
  const hovered = ref<Spot | null>(null);

  const update = computed(() => (view.value === 'same' ? (updates.value[place.value] ?? null) : null));
  const exchanges = computed(() =>
    byWay<Exchange | undefined>((way) =>
      view.value === 'same' ? update.value?.ways[way].exchange : still.value?.lanes[way][at[way]],
    ),
  );
  const items = computed(() => byWay<Item[]>((way) => itemsOf(exchanges.value[way])));
  const item = computed(() => {
    const { way, place: field } = hovered.value ?? spot.value;
    return items.value[way][field] ?? null;
  });
  const most = computed(() => Math.max(1, ...WAYS.map((way) => bytesOf(exchanges.value[way]?.pieces ?? []))));
  /** Which of how many is shown, counted from 1; null if there is none. */
  const counts = computed(() =>
    byWay<[number, number] | null>((way) => {
      const all = still.value?.lanes[way].length ?? 0;
      return all > 0 && view.value === 'last' ? [at[way] + 1, all] : null;
    }),
  );

  watch(still, (now) => {
    for (const way of WAYS) at[way] = Math.max(0, (now?.lanes[way].length ?? 0) - 1);
  });
  watch(items, (now) => {
    hovered.value = null;
    const way = now[spot.value.way].length > 0 ? spot.value.way : (WAYS.find((one) => now[one].length > 0) ?? 'ws');
    spot.value = along({ way, place: spot.value.place }, now[way], 0);
  });

  const toField = (step: number) => {
    spot.value = along(spot.value, items.value[spot.value.way], step);
  };
  const toLane = (step: 1 | -1) => {
    spot.value = across(spot.value, items.value, step);
  };
  function toWay(way: WayName): void {
    if (way !== spot.value.way) spot.value = { way, place: 0 };
  }
  /** To another exchange: of all four in one view, of the chosen way in the other. */
  function toExchange(step: 1 | -1): void {
    const { way } = spot.value;
    if (view.value === 'same') place.value = within(place.value + step, updates.value.length);
    else at[way] = within(at[way] + step, still.value?.lanes[way].length ?? 0);
  }

  return { view, update, exchanges, items, item, most, counts, spot, hovered, toField, toLane, toWay, toExchange };
}

const within = (place: number, length: number) => Math.max(0, Math.min(length - 1, place));
const byWay = <T>(make: (way: WayName) => T) => Object.fromEntries(WAYS.map((way) => [way, make(way)])) as ByWay<T>;
