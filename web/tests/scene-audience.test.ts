// A board that follows a demo: when it sets itself, when it counts anew, and what it keeps of each step.

import { expect, it } from 'vitest';
import { nextTick, shallowRef } from 'vue';

import type { Settings } from '../src/components/settings.ts';
import { AT_FIRST } from '../src/components/settings.ts';
import type { Live } from '../src/class/live.ts';
import { useAudience } from '../src/class/scenes/audience.ts';
import { measure, type Measured } from '../src/class/scenes/measured.ts';
import type { ClassState, SceneState } from '../src/class/state.ts';
import { klass } from './fault-class.ts';

/** A board of which each measurement is another one; `lost` says which. */
function played(scene: SceneState | null = null) {
  const state = shallowRef<ClassState | null>({ ...klass(), scene });
  const did: unknown[] = [];
  let settings: Settings = { ...AT_FIRST };
  let measurements = 0;
  const measured = (): Measured => {
    measurements += 1;
    const recovered = { fresh_ms: 1, lost: measurements, replayed: 0, twice: 0 };
    return measure(
      [],
      () => recovered,
      () => ({ cpu: null, rss_bytes: null, burst: null }),
    );
  };
  const audience = useAudience({ state } as unknown as Live, {
    begin: () => void did.push('begin'),
    measured,
    settings: () => settings,
    change: (part) => {
      did.push(part);
      settings = { ...settings, ...part };
    },
    forget: (forgets) => void did.push(forgets ? 'forget' : 'remember'),
  });
  /** The class goes to a step; says what the board did then. */
  const to = async (id: string | null, step = 0) => {
    did.length = 0;
    state.value = { ...state.value!, scene: id === null ? null : { id, step } };
    await nextTick();
    return [...did];
  };
  const keptOf = (step: string) => audience.taken.value?.kept[step]?.sse.lost;
  return { ...audience, did, to, keptOf };
}

it('sets itself and counts anew at the beginning of a scene, and only where its clients change after that', async () => {
  const { to } = played();
  expect(await to('four-ways')).toEqual(['begin', { interval_s: 2, hold_s: 25 }]);
  expect(await to('four-ways', 1)).toEqual(['begin']);
  expect(await to('four-ways', 1)).toEqual([]); // the state was told again
  expect(await to('faster', 0)).toEqual(['begin', { interval_s: 5, hold_s: 25 }]);
  expect(await to('faster', 1)).toEqual(['begin', { interval_s: 2, hold_s: 25 }]);
  expect(await to(null)).toEqual(['begin']);
});

it('forgets before it counts anew, and remembers again when the scene goes on or is left', async () => {
  const { to } = played();
  await to('plug', 3);
  const anew = { interval_s: 2, hold_s: 25 };
  expect(await to('plug', 4)).toEqual(['begin', 'forget', anew]);
  expect(await to('plug', 5)).toEqual(['begin']);
  expect(await to('plug', 8)).toEqual(['begin', 'remember', anew]);
  await to('plug', 7);
  expect(await to(null)).toEqual(['begin', 'remember', {}]);
});

it('keeps what was measured at the end of each step, and of an outcome what was told', async () => {
  const { to, taken, take, keptOf } = played();
  await to('plug', 0);
  await to('plug', 1); // measures once, at the end of the first step
  await to('plug', 2);
  await to('plug', 3); // once more for the step before, and once for the outcome
  expect([keptOf('ask'), keptOf('out'), keptOf('back'), taken.value?.now.sse.lost]).toEqual([1, 2, 3, 4]);
  take();
  expect(taken.value?.now.sse.lost).toBe(5);
  await to('plug', 4);
  expect(taken.value).toBeNull();
  await to('plug', 7);
  expect([keptOf('with-ids'), keptOf('forget')]).toEqual([5, 6]);
});

it('begins each scene with an empty memory', async () => {
  const { to, taken } = played();
  await to('plug', 2);
  await to('buffering', 2);
  expect(taken.value?.kept).toEqual({});
});

it('follows at once when it comes later', () => {
  const { place, did, keptOf, taken } = played({ id: 'plug', step: 7 });
  expect(place.value).toMatchObject({ step: 7 });
  expect(did).toEqual(['begin', 'forget', { interval_s: 2, hold_s: 25 }]);
  expect(taken.value).not.toBeNull();
  expect(keptOf('with-ids')).toBeUndefined();
});
