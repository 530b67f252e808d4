// What can be broken, and what is sent for it: every control within the bounds of the server, every key once, every word
// in both languages. No browser, no server.

import { describe, expect, it } from 'vitest';

import { allWell, commandsFor, endsAfter, Roads } from '../src/class/breaking.ts';
import { faultWords, windowName } from '../src/class/fault-words.ts';
import { faultOf, FAULTS, isOn, KEYS, lanesWith, setTo, type FaultName } from '../src/class/faults.ts';
import type { ClassState, Command, LaneState } from '../src/class/state.ts';
import type { WayName } from '../src/types.ts';
import { WAYS } from '../src/words.ts';
import { FAIR, klass } from './fault-class.ts';

const commands = (name: FaultName, value: number | null, ways: WayName[] = [...WAYS], state = klass()): Command[] =>
  commandsFor(faultOf(name), value, ways, state, ({ weather }) => weather);

/** The state after a command about weather or subscribers, as the server would tell it. */
function after(state: ClassState, command: Command): ClassState {
  const lanes = state.lanes.map((lane): LaneState => {
    if (!('lanes' in command) || !command.lanes?.includes(lane.way)) return lane;
    if (command.do === 'weather') return { ...lane, weather: { ...FAIR, ...command.weather } };
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
        const broken = run(klass(), commands(fault.name, value, ['ws', 'sse']));
        expect(lanesWith(fault, broken), `${fault.name} ${value}`).toEqual(['ws', 'sse']);
        if (fault.name !== 'cut') expect(setTo(fault, WAYS, broken), fault.name).toBe(value);
        expect(isOn(fault, ['sse'], broken) && !isOn(fault, WAYS, broken), fault.name).toBe(true);
        const others = FAULTS.filter((other) => other !== fault && lanesWith(other, broken).length > 0);
        expect(
          others.map(({ name }) => name),
          fault.name,
        ).toEqual([]);
        const well = run(broken, commands(fault.name, null, ['ws', 'sse'], broken));
        expect(
          well.lanes.map(({ weather, extra }) => [weather, extra]),
          fault.name,
        ).toEqual(WAYS.map(() => [FAIR, 0]));
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
    expect(commands('cut', 3).map((command) => command.do)).toEqual(['weather', 'cut']);
    expect(commands('refuse', 503).map((command) => command.do)).toEqual(['weather', 'cut']);
    expect(commands('refuse', null).map((command) => command.do)).toEqual(['weather']);
    expect(commands('cut', 0, ['sse'])).toEqual([{ do: 'cut', lanes: ['sse'] }]);
  });

  it('ends a cut of some seconds by itself, and nothing else', () => {
    expect(endsAfter(faultOf('cut'), 3)).toBe(3000);
    expect([endsAfter(faultOf('cut'), 0), endsAfter(faultOf('cut'), null)]).toEqual([null, null]);
    expect(FAULTS.filter((fault) => endsAfter(fault, 90) !== null).map(({ name }) => name)).toEqual(['cut']);
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

  it('makes everything well again, and says no more than is needed', () => {
    expect(allWell(klass()).map((command) => command.do)).toEqual(['weather']);
    const state = { ...klass({ sse: { stall: true } }, { ws: { extra: 100, jitter: false } }), leave_dead: true };
    const well = run(state, allWell(state));
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
    expect(windowName({ ...window, fault: 'kill', to: 3345 }, 'en')).toBe('server dead, 2.3\u202fs');
  });
});
