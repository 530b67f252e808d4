// What a press on the fault strip asks of the class. The class is played: it tells its state after each command, and
// ends a cut when its time is over, as the server does.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, ref, shallowRef } from 'vue';

import { faultOf, type FaultName } from '../src/class/faults.ts';
import type { Live } from '../src/class/live.ts';
import type { ClassState, Command } from '../src/class/state.ts';
import { useBreaking } from '../src/class/use-breaking.ts';
import type { Refused } from '../src/presenter.ts';
import type { WayName } from '../src/types.ts';
import { WAYS } from '../src/words.ts';
import { breakAfter, FAIR, klass } from './fault-class.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** `echo_ms`: so long after a command its state is told. */
function strip(echo_ms = 50) {
  const state = shallowRef<ClassState | null>(klass());
  const refused = shallowRef<Refused | null>(null);
  const sent: Command[] = [];
  const says = ref<Refused | null>(null);
  const command = async (one: Command) => {
    sent.push(one);
    refused.value = says.value;
    if (says.value) return says.value.why;
    if (one.do === 'weather') {
      const weather = { ...FAIR, ...one.weather };
      setTimeout(() => {
        const lanes = state.value!.lanes.map((lane) => (one.lanes?.includes(lane.way) ? { ...lane, weather } : lane));
        state.value = { ...state.value!, lanes };
      }, echo_ms);
    }
    if (one.do === 'cut' || one.do === 'mend') breakNow(one);
    return null;
  };
  const breakNow = (one: Command & { lanes?: WayName[] }) => {
    const lanes = state.value!.lanes.map((lane) =>
      one.lanes?.includes(lane.way) ? { ...lane, last_break: breakAfter(lane, one, Date.now() * 1000) } : lane,
    );
    state.value = { ...state.value!, lanes };
    if (one.do === 'cut' && one.for_ms) setTimeout(() => breakNow({ do: 'mend', lanes: one.lanes! }), one.for_ms);
  };
  const live = { state, refused, command } as unknown as Live;
  const scope = effectScope();
  const held = scope.run(() => useBreaking(() => live))!;
  const press = async (name: FaultName, then_ms = 100) => {
    held.press(faultOf(name));
    await vi.advanceTimersByTimeAsync(then_ms);
  };
  const weathers = () => Object.fromEntries(state.value!.lanes.map(({ way, weather }) => [way, weather]));
  return { ...held, scope, sent, says, press, weathers };
}

describe('a press', () => {
  it('begins a fault on the chosen lanes, and the next one ends it', async () => {
    const { where, press, sent, weathers } = strip();
    where.value = 'sse';
    await press('delay');
    expect(weathers()).toMatchObject({ sse: { delay_ms: 90 }, ws: FAIR });
    await press('delay');
    expect(weathers()).toMatchObject({ sse: FAIR });
    expect(sent.map((one) => 'lanes' in one && one.lanes)).toEqual([['sse'], ['sse']]);
  });

  it('on all lanes gives it to those that are still without', async () => {
    const { where, press, weathers } = strip();
    where.value = 'ws';
    await press('lumps');
    where.value = 'all';
    await press('lumps');
    expect(Object.values(weathers()).map(({ lumps }) => lumps)).toEqual([true, true, true, true]);
    await press('lumps');
    expect(Object.values(weathers())).toEqual([FAIR, FAIR, FAIR, FAIR]);
  });

  it('does not undo the one just before it, of which the class has not told yet', async () => {
    const { press, weathers } = strip(300);
    await press('delay', 0);
    await press('jitter', 0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(weathers()).toMatchObject({ poll: { delay_ms: 90, jitter_ms: 200 } });
  });

  it('that is refused says why, and does no more of what belongs to it', async () => {
    const { press, sent, says, refused } = strip();
    says.value = { why: 'refused', said: 'no such lane' };
    await press('refuse');
    expect([sent.map((one) => one.do), refused.value]).toEqual([['weather'], says.value]);
    says.value = null;
    await press('kill');
    expect([sent.at(-1)?.do, refused.value]).toEqual(['kill', null]);
  });
});

describe('what a fault is set to', () => {
  it('counts for the next press where it does not stand, and at once where it does', async () => {
    const { pick, pickNext, press, sent, weathers } = strip();
    pick(faultOf('delay'), 200);
    expect(sent).toEqual([]);
    await press('delay');
    expect(weathers()).toMatchObject({ poll: { delay_ms: 200 } });
    pickNext(faultOf('delay'));
    await vi.advanceTimersByTimeAsync(100);
    expect(weathers()).toMatchObject({ poll: { delay_ms: 500 } });
  });
});

describe('a cut', () => {
  it('of three seconds is one command, stands until the class says that it is over, and leaves the other faults', async () => {
    const { press, controls, sent, weathers } = strip();
    const standing = () => controls.value.find(({ fault }) => fault.name === 'cut');
    await press('cut');
    expect(standing()).toMatchObject({ ends: true, value: 3, lanes: [...WAYS] });
    await press('delay');
    expect(weathers()).toMatchObject({ ws: { ...FAIR, delay_ms: 90 } });
    expect(standing()).toMatchObject({ ends: true });
    await vi.advanceTimersByTimeAsync(3000);
    expect(standing()).toMatchObject({ ends: false, lanes: [] });
    expect(sent.map((one) => one.do)).toEqual(['cut', 'weather']);
  });

  it('is ended before its time by the next press, and by making all well', async () => {
    const { press, makeWell, sent } = strip();
    await press('cut');
    await press('cut');
    expect(sent.at(-1)).toEqual({ do: 'mend', lanes: [...WAYS] });
    await press('cut-after');
    makeWell();
    await vi.advanceTimersByTimeAsync(100);
    expect(sent.slice(2).map((one) => one.do)).toEqual(['cut', 'weather', 'mend', 'leave-dead', 'extra']);
  });

  it('of which the class has not told yet is ended by making all well, too', async () => {
    const { press, makeWell, sent } = strip();
    await press('leave-dead', 0);
    makeWell();
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toContainEqual({ do: 'leave-dead', on: false });
  });

  it('that stands stays as long as it was, and the next one is another', async () => {
    const { press, pick, sent } = strip();
    await press('cut');
    pick(faultOf('cut'), 10);
    await vi.advanceTimersByTimeAsync(3100);
    expect(sent.length).toBe(1);
    await press('cut');
    expect(sent.at(-1)).toMatchObject({ for_ms: 10_000 });
  });
});
