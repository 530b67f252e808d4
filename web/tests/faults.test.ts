// What can be broken, and what is sent for it: every control within the bounds of the server, every key once, every word
// in both languages. No browser, no server.

import { describe, expect, it } from 'vitest';

import { ALL_WELL, commandsFor, Roads } from '../src/class/breaking.ts';
import { faultWords, windowName } from '../src/class/fault-words.ts';
import { faultOf, FAULTS, isOn, KEYS, lanesWith, setTo, type FaultName } from '../src/class/faults.ts';
import type { ClassState, Command, LaneState } from '../src/class/state.ts';
import type { WayName } from '../src/types.ts';
import { WAYS } from '../src/words.ts';
import { breakAfter, broken, FAIR, klass } from './fault-class.ts';

const commands = (name: FaultName, value: number | null, ways: WayName[] = [...WAYS], state = klass()): Command[] =>
  commandsFor(faultOf(name), value, ways, state, ({ weather }) => weather);

/** The state after a command about weather or subscribers, as the server would tell it. */
function after(state: ClassState, command: Command): ClassState {
  const lanes = state.lanes.map((lane): LaneState => {
    if (!('lanes' in command) || !command.lanes?.includes(lane.way)) return lane;
    if (command.do === 'weather') return { ...lane, weather: { ...FAIR, ...command.weather } };
    if (command.do === 'cut' || command.do === 'mend') return { ...lane, last_break: breakAfter(lane, command, 9) };
    if (command.do !== 'extra') return lane;
    return { ...lane, extra: command.count, jitter: command.count === 0 || command.jitter !== false };
  });
  return { ...state, lanes, leave_dead: command.do === 'leave-dead' ? command.on : state.leave_dead };
}

const run = (state: ClassState, all: readonly Command[]) => all.reduce(after, state);

describe('the controls', () => {
  it('are all that can be broken, each once', () => {
    expect(FAULTS.map(({ name }) => name).toSorted()).toEqual(Object.keys(faultWords.en.faults).toSorted());
  });

  it('have a key each, and none of the board and its demos', () => {
    const keys = [...FAULTS.map(({ key }) => key), ...Object.values(KEYS)];
    const board = ['w', 'i', 'h', 's', 't', 'r', 'n', 'j', 'f', '1', '2', '3', '4', ' ', ',', '.'];
    expect(new Set([...keys, ...board]).size).toBe(keys.length + board.length);
    expect(keys.every((key) => /^[a-z0-9]$/.test(key))).toBe(true);
  });

  it('begin with one of their values', () => {
    for (const { name, values, first } of FAULTS) {
      expect(values.length === 0 ? first === 0 : values.includes(first), name).toBe(true);
    }
  });

  it('are named and explained in both languages, on one line', () => {
    for (const { name, values } of FAULTS) {
      for (const lang of ['en', 'zh'] as const) {
        const say = faultWords[lang].faults[name];
        expect(say.name && say.look && !/\n/.test(say.look), `${name} ${lang}`).toBe(true);
        // A value that is shown is told from the others.
        expect(new Set(values.map(say.value)).size, `${name} ${lang}`).toBe(values.length);
      }
      expect(/\p{Script=Han}/u.test(faultWords.zh.faults[name].look), name).toBe(true);
    }
  });

  it('stay within what the server takes', () => {
    const within = (value: number, least: number, most: number) =>
      Number.isInteger(value) && value >= least && value <= most;
    for (const fault of FAULTS) {
      for (const value of fault.values) {
        const {
          delay_ms = 0,
          jitter_ms = 0,
          rate_bits,
          slow_reader_bits,
          cut_every_ms,
          refuse,
        } = fault.road?.(value) ?? {};
        expect(within(delay_ms, 0, 5000) && within(jitter_ms, 0, 5000), fault.name).toBe(true);
        for (const bits of [rate_bits, slow_reader_bits])
          expect(within(bits ?? 1000, 1000, 1e9), fault.name).toBe(true);
        expect(within(cut_every_ms ?? 100, 100, 600_000), fault.name).toBe(true);
        expect([503, 204, null, undefined]).toContain(refuse);
        for (const command of commands(fault.name, value)) {
          if (command.do === 'extra') expect(within(command.count, 0, 2000)).toBe(true);
          if (command.do !== 'cut') continue;
          expect(within(command.for_ms ?? 0, 0, 60_000) && within(command.after_bytes ?? 1, 1, 1_000_000)).toBe(true);
          expect(command.for_ms === undefined || command.after_bytes === undefined, fault.name).toBe(true);
        }
      }
    }
  });
});

describe('a fault that lasts', () => {
  const lasting = FAULTS.filter(({ has, name }) => has && name !== 'leave-dead');

  it('is read back as it was set, and is gone when it is ended', () => {
    for (const fault of lasting) {
      for (const value of fault.values.length > 0 ? fault.values : [0]) {
        if (fault.name === 'cut' && value === 0) continue; // over at once
        const ill = run(klass(), commands(fault.name, value, ['ws', 'sse']));
        expect(lanesWith(fault, ill), `${fault.name} ${value}`).toEqual(['ws', 'sse']);
        expect(setTo(fault, WAYS, ill), fault.name).toBe(value);
        expect(isOn(fault, ['sse'], ill) && !isOn(fault, WAYS, ill), fault.name).toBe(true);
        const others = FAULTS.filter((other) => other !== fault && lanesWith(other, ill).length > 0);
        expect(
          others.map(({ name }) => name),
          fault.name,
        ).toEqual([]);
        const well = run(ill, commands(fault.name, null, ['ws', 'sse'], ill));
        expect(
          well.lanes.map(({ weather, extra, last_break }) => [weather, extra, last_break?.until_us === null]),
          fault.name,
        ).toEqual(WAYS.map(() => [FAIR, 0, false]));
      }
    }
  });

  it('leaves the rest of the weather as it is, with one command for each kind of road', () => {
    const state = klass({ ws: { delay_ms: 90 }, sse: { delay_ms: 90 } });
    expect(commands('lumps', 0, [...WAYS], state)).toEqual([
      { do: 'weather', lanes: ['poll', 'long-poll'], weather: { ...FAIR, lumps: true } },
      { do: 'weather', lanes: ['ws', 'sse'], weather: { ...FAIR, delay_ms: 90, lumps: true } },
    ]);
  });

  it('leaves the dead of all lanes', () => {
    const state = run(klass(), commands('leave-dead', 0));
    expect([state.leave_dead, isOn(faultOf('leave-dead'), WAYS, state)]).toEqual([true, true]);
    expect(run(state, commands('leave-dead', null)).leave_dead).toBe(false);
  });
});

describe('what is sent', () => {
  it('narrows the road before it cuts, so that nobody slips through', () => {
    expect(commands('refuse', 503).map((command) => command.do)).toEqual(['weather', 'cut']);
    expect(commands('refuse', null).map((command) => command.do)).toEqual(['weather']);
  });

  it('says how long a cut lasts, or behind how many bytes it comes, and leaves the rest to the server', () => {
    const lanes = ['sse' as const];
    expect(commands('cut', 3, lanes)).toEqual([{ do: 'cut', lanes, for_ms: 3000 }]);
    expect(commands('cut', 0, lanes)).toEqual([{ do: 'cut', lanes, for_ms: 0 }]);
    expect(commands('cut-after', 500, lanes)).toEqual([{ do: 'cut', lanes, after_bytes: 500 }]);
    for (const name of ['cut', 'cut-after'] as const)
      expect(commands(name, null, lanes)).toEqual([{ do: 'mend', lanes }]);
  });

  it('counts what was just asked for, until the state has followed', () => {
    const roads = new Roads();
    const state = klass();
    const press = (name: FaultName, value: number, now: number) => {
      const sent = commandsFor(faultOf(name), value, ['sse'], state, (lane) => roads.of(lane, now));
      for (const command of sent) roads.ask(command, now);
      const [first] = sent;
      return first?.do === 'weather' ? first.weather : null;
    };
    expect(press('delay', 90, 0)).toMatchObject({ delay_ms: 90, jitter_ms: 0 });
    expect(press('jitter', 20, 40)).toMatchObject({ delay_ms: 90, jitter_ms: 20 });
    // Nothing came of it: what the class says is true again.
    expect(press('lumps', 0, 5000)).toMatchObject({ delay_ms: 0, lumps: true });
    roads.forget();
    expect(press('jitter', 20, 5001)).toMatchObject({ lumps: false, jitter_ms: 20 });
  });

  it('makes everything well again', () => {
    const others = {
      ws: { extra: 100, jitter: false },
      poll: { last_break: broken(5, { for_ms: 9, until_us: null }) },
    };
    const state = { ...klass({ sse: { stall: true } }, others), leave_dead: true };
    const well = run(state, ALL_WELL);
    expect(FAULTS.filter((fault) => lanesWith(fault, well).length > 0)).toEqual([]);
  });
});

describe('the name over a fault', () => {
  const window = { fault: 'cut' as FaultName, value: 0, lanes: WAYS, from: 1000, to: 4010 as number | null };

  it('says how long it was, or how much it is', () => {
    expect([windowName(window, 'en'), windowName(window, 'zh')]).toEqual(['cut, 3\u202fs', '断线 3\u202f秒']);
    expect(windowName({ ...window, to: null }, 'en')).toBe('cut');
    expect(windowName({ ...window, to: 1000 }, 'en')).toBe('cut');
    expect(windowName({ ...window, from: -Infinity }, 'en')).toBe('cut');
    expect(windowName({ ...window, fault: 'delay', value: 90, to: null }, 'en')).toBe('delay 90\u202fms');
    expect(windowName({ ...window, fault: 'rate', value: 2000 }, 'zh')).toBe('带宽 2\u202fkbit/s');
    expect(windowName({ ...window, fault: 'cut-after', value: 500 }, 'en')).toBe('cut after 500\u202fB');
    expect(windowName({ ...window, fault: 'cut-after', value: 2000 }, 'zh')).toBe('收够即断 2\u202fkB');
    expect(windowName({ ...window, fault: 'kill', to: 3345 }, 'en')).toBe('server dead, 2.3\u202fs');
  });
});
