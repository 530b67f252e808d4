// A board that follows a demo: when it sets itself, when it counts anew, and what it keeps of each step.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nextTick, shallowRef } from 'vue';

import type { Settings } from '../src/components/settings.ts';
import { AT_FIRST } from '../src/components/settings.ts';
import type { Live } from '../src/class/live.ts';
import { useAudience } from '../src/class/scenes/audience.ts';
import { measure, type Measured } from '../src/class/scenes/measured.ts';
import type { ClassState, SceneState } from '../src/class/state.ts';
import { klass } from './fault-class.ts';

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** A board of which each measurement is another one; `lost` says which. */
function played(scene: SceneState | null = null, set: Partial<Settings> = {}) {
  const state = shallowRef<ClassState | null>({ ...klass(), scene });
  const did: unknown[] = [];
  let settings: Settings = { ...AT_FIRST, ...set };
  let counting = 0;
  const sinces: number[] = [];
  let resumed = 0;
  let measurements = 0;
  const measured = (since: number): Measured => {
    sinces.push(since);
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
    since: () => counting,
    resume: () => void (resumed += 1),
  });
  const countAnew = () => (counting = now);
  /** The class goes to a step; says what the board did then. */
  const to = async (id: string | null, step = 0) => {
    did.length = 0;
    state.value = { ...state.value!, scene: id === null ? null : { id, step } };
    await nextTick();
    return [...did];
  };
  const keptOf = (step: string) => audience.taken.value?.kept[step]?.sse.lost;
  return { ...audience, did, to, keptOf, sinces, countAnew, resumed: () => resumed, settings: () => settings };
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
  expect(await to(null)).toEqual(['begin', 'remember', anew]);
});

it('keeps what was measured at the end of each step, and of an outcome what was told', async () => {
  const { to, taken, tick, keptOf } = played();
  await to('plug', 0);
  await to('plug', 1); // measures once, at the end of the first step
  await to('plug', 2);
  await to('plug', 3); // the outcome, and what led to it, are one measurement
  expect([keptOf('ask'), keptOf('out'), keptOf('back'), taken.value?.now.sse.lost]).toEqual([1, 2, 3, 3]);
  tick(false);
  expect(taken.value?.now.sse.lost).toBe(3);
  now += 1000;
  tick(true);
  expect(taken.value?.now.sse.lost).toBe(3); // nothing is missing: it stands still
  tick(false);
  expect(taken.value?.now.sse.lost).toBe(4);
  await to('plug', 4);
  expect(taken.value).toBeNull();
  await to('plug', 7);
  expect([keptOf('with-ids'), keptOf('forget')]).toEqual([4, 5]);
});

it('tells an outcome when it was measured for long enough, and says how long that takes', async () => {
  const { to, taken, wait_s, tick, did } = played();
  await to('four-ways', 0);
  now += 2000;
  await to('four-ways', 1);
  await to('four-ways', 2); // all is as it was from the first step on: ten seconds from there
  expect([taken.value, wait_s.value]).toEqual([null, 8]);
  expect(did).not.toContain('begin'); // what is measured goes on
  now += 7000;
  tick(false);
  expect([taken.value, wait_s.value]).toEqual([null, 1]);
  now += 1000;
  tick(false);
  expect([taken.value?.now.sse.lost, wait_s.value]).toEqual([taken.value?.kept['rings']?.sse.lost, 0]);
});

it('measures anew when the lanes count anew', async () => {
  const { to, taken, wait_s, countAnew } = played();
  await to('same-update', 1);
  now += 60_000;
  countAnew(); // another tab was looked at
  now += 3000;
  await to('same-update', 2);
  expect([taken.value, wait_s.value]).toEqual([null, 7]);
});

it('keeps nothing of a step that was left too early', async () => {
  const { to, keptOf } = played();
  await to('faster', 0);
  now += 11_000;
  await to('faster', 1);
  await to('faster', 3);
  now += 8000;
  await to('faster', 4);
  expect([keptOf('ask'), keptOf('two') === undefined]).toEqual([undefined, false]);
});

it('speaks of recoveries from what was broken last in this scene', async () => {
  const { to, sinces } = played();
  await to('kill-deploy', 0);
  now = 50_000;
  await to('kill-deploy', 1);
  now = 60_000;
  await to('kill-deploy', 2);
  now = 70_000;
  await to('kill-deploy', 3);
  await to('kill-deploy', 4);
  expect(sinces.at(-1)).toBe(69_000); // what is told of a step may be a moment late
  await to('kill-deploy', 3); // whoever goes back breaks nothing again
  now = 90_000;
  await to('kill-deploy', 4);
  expect(sinces.at(-1)).toBe(69_000);
  await to('four-ways', 0);
  await to('four-ways', 1);
  expect(sinces.at(-1)).toBe(-Infinity);
});

it('ends a pause with every step, and is after the demo as it was before', async () => {
  const { to, resumed, settings } = played(null, { interval_s: 5, window_s: 60 });
  await to('faster', 0);
  await to('faster', 3);
  expect([resumed(), settings().interval_s, settings().window_s]).toEqual([2, 0.2, 12]);
  await to(null);
  expect([resumed(), settings().interval_s, settings().window_s]).toEqual([3, 5, 60]);
});

it('begins each scene with an empty memory', async () => {
  const { to, taken, tick } = played();
  await to('plug', 2);
  await to('buffering', 2);
  now += 12_000;
  tick(false);
  expect(taken.value?.kept).toEqual({});
});

it('follows at once when it comes later', () => {
  const { place, did, keptOf, taken } = played({ id: 'plug', step: 7 });
  expect(place.value).toMatchObject({ step: 7 });
  expect(did).toEqual(['begin', 'forget', { interval_s: 2, hold_s: 25 }]);
  expect(taken.value).not.toBeNull();
  expect(keptOf('with-ids')).toBeUndefined();
});
