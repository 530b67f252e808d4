// The hand of the presenter on a class that does what it is asked, but for what it refuses.

import { afterEach, expect, it, vi } from 'vitest';
import { shallowRef } from 'vue';

import type { Live } from '../src/class/live.ts';
import { SCENES } from '../src/class/scenes/all.ts';
import { useStage } from '../src/class/scenes/stage.ts';
import type { ClassState, Command } from '../src/class/state.ts';
import type { Refused } from '../src/presenter.ts';
import { klass } from './fault-class.ts';
import { after } from './scene-class.ts';

const FIRST = { scene: SCENES[0]!, step: 0 };

afterEach(() => void vi.useRealTimers());

function played() {
  const state = shallowRef<ClassState | null>(klass());
  const refused = shallowRef<Refused | null>(null);
  const asked: Command[] = [];
  const room: { refuses?: Command['do']; tells: boolean } = { tells: true };
  const command = async (one: Command) => {
    asked.push(one);
    refused.value = one.do === room.refuses ? { why: 'refused', said: 'there are not enough open files' } : null;
    if (!refused.value && room.tells) state.value = after(state.value!, one);
    return refused.value?.why ?? null;
  };
  const live = { state, refused, command } as unknown as Live;
  return { asked, state, room, stage: useStage(live) };
}

it('goes forward, back and out', async () => {
  const { stage, state } = played();
  await stage.next();
  expect(stage.place.value).toEqual(FIRST);
  await stage.next();
  expect(stage.place.value).toEqual({ ...FIRST, step: 1 });
  await stage.back();
  await stage.back(); // there is nothing before it
  expect(stage.place.value).toEqual(FIRST);
  await stage.start(SCENES[7]!);
  expect(state.value?.scene).toEqual({ id: SCENES[7]!.id, step: 0 });
  await stage.leave();
  expect([stage.place.value, stage.busy.value]).toEqual([null, false]);
});

it('takes one step at a time, however fast it is pressed', async () => {
  const { stage, asked } = played();
  await Promise.all([stage.next(), stage.next(), stage.next()]);
  expect(stage.place.value).toEqual(FIRST);
  expect(asked.filter((command) => command.do === 'scene')).toHaveLength(1);
});

it('stops at a refusal, says it, and goes on from there', async () => {
  const { stage, asked, room } = played();
  room.refuses = 'weather';
  await stage.next();
  expect(asked.map((command) => command.do).indexOf('weather')).toBe(asked.length - 1);
  expect(stage.refused.value).toEqual({ why: 'refused', said: 'there are not enough open files' });
  expect([stage.place.value, stage.busy.value]).toEqual([null, false]);
  delete room.refuses;
  await stage.next();
  expect([stage.place.value, stage.refused.value]).toEqual([FIRST, null]);
});

it('makes the next step of what the class is after this one', async () => {
  const { stage, asked, state, room } = played();
  room.tells = false;
  const step = stage.next();
  await vi.waitFor(() => expect(asked.at(-1)?.do).toBe('bets'));
  expect(stage.busy.value).toBe(true);
  state.value = asked.reduce(after, state.value!);
  await step;
  expect([stage.busy.value, stage.place.value]).toEqual([false, FIRST]);
});

it('does not wait for ever for a class that tells nothing', async () => {
  vi.useFakeTimers();
  const { stage, room } = played();
  room.tells = false;
  const step = stage.next();
  await vi.runAllTimersAsync();
  await step;
  expect([stage.busy.value, stage.place.value]).toEqual([false, null]);
});
