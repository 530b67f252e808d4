// What the fault strip holds and does: which lanes are meant, what each fault is set to, and the sending of it. What ends
// by itself is ended by the server.

import { computed, reactive, ref, shallowRef } from 'vue';

import { among, next } from '../components/settings.ts';
import type { Refused } from '../presenter.ts';
import type { WayName } from '../types.ts';
import { WAYS } from '../words.ts';
import { ALL_WELL, commandsFor, Roads } from './breaking.ts';
import { FAULTS, isOn, lanesWith, setTo, type Fault, type FaultName } from './faults.ts';
import type { Live } from './live.ts';
import type { Command } from './state.ts';

type Where = 'all' | WayName;
const WHERE: readonly Where[] = ['all', ...WAYS];
/** Once it stands, how much it is stays as it was. */
const SETTLED: readonly FaultName[] = ['cut', 'cut-after'];

export function useBreaking(live: () => Live) {
  const where = ref<Where>('all');
  const picked = reactive(
    Object.fromEntries(FAULTS.map(({ name, first }) => [name, first])) as Record<FaultName, number>,
  );
  /** Why the last thing that was asked for here was not done. */
  const refused = shallowRef<Refused | null>(null);
  const roads = new Roads();
  let turn = Promise.resolve();

  const lanes = computed<WayName[]>(() => (where.value === 'all' ? [...WAYS] : [where.value]));
  const state = computed(() => live().state.value);
  const controls = computed(() => {
    const now = state.value;
    if (!now) return [];
    return FAULTS.map((fault) => ({
      fault,
      value: setTo(fault, lanes.value, now) || picked[fault.name],
      lanes: lanesWith(fault, now),
      ends: isOn(fault, lanes.value, now),
    }));
  });

  /** One press after the other, so that what was pressed last holds. */
  function send(commands: readonly Command[]): Promise<void> {
    for (const command of commands) roads.ask(command, performance.now());
    return (turn = turn.then(() => ask(commands)));
  }

  async function ask(commands: readonly Command[]): Promise<void> {
    refused.value = null;
    for (const command of commands) {
      if ((await live().command(command)) !== null) {
        roads.forget();
        refused.value = live().refused.value;
        return;
      }
    }
  }

  function set(fault: Fault, value: number | null, ways: readonly WayName[]): void {
    if (!state.value) return;
    void send(commandsFor(fault, value, ways, state.value, (lane) => roads.of(lane, performance.now())));
  }

  const valueOf = (fault: Fault) => controls.value.find((one) => one.fault === fault)?.value ?? fault.first;

  /** Begins it on the chosen lanes, or ends it there if all of them have it. */
  function press(fault: Fault): void {
    const ends = state.value !== null && isOn(fault, lanes.value, state.value);
    set(fault, ends ? null : valueOf(fault), lanes.value);
  }

  /** Sets how much: at once where it stands, otherwise for the next press. */
  function pick(fault: Fault, value: number): void {
    picked[fault.name] = value;
    if (!state.value || SETTLED.includes(fault.name)) return;
    const ill = lanesWith(fault, state.value).filter((way) => lanes.value.includes(way));
    if (ill.length > 0) set(fault, value, ill);
  }

  function pickNext(fault: Fault): void {
    const value = next(among(fault.values, valueOf(fault)), valueOf(fault));
    if (fault.values.length > 0 && value !== undefined) pick(fault, value);
  }

  const nextLanes = () => (where.value = next(WHERE, where.value) ?? 'all');

  function makeWell(): void {
    void send(ALL_WELL);
  }

  return { where, WHERE, controls, refused, press, pick, pickNext, nextLanes, makeWell };
}
