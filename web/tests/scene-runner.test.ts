// What is asked of the class on the way through the demos, against a class that takes it as the server does.

import { describe, expect, it } from 'vitest';

import { SCENES } from '../src/class/scenes/all.ts';
import { CALM, MARKET } from '../src/class/scenes/calm.ts';
import {
  boardAt,
  commandsTo,
  following,
  goesOn,
  placeOf,
  preceding,
  same,
  stepAt,
  type Place,
} from '../src/class/scenes/runner.ts';
import type { ClassState, Command } from '../src/class/state.ts';
import { WAYS } from '../src/words.ts';
import { FAIR, klass } from './fault-class.ts';
import { after } from './scene-class.ts';

const ALL: Place[] = SCENES.flatMap((scene) => scene.steps.map((_, step) => ({ scene, step })));
const ACTS = ['cut', 'kill', 'deploy'];

const run = (state: ClassState, commands: readonly Command[]) => commands.reduce(after, state);
const go = (state: ClassState, to: Place | null, forwards = true) => run(state, commandsTo(state, to, forwards));
const acts = (commands: readonly Command[]) =>
  commands.map((command) => command.do).filter((what) => ACTS.includes(what));

/** What a step declares, as the class would tell it. */
function declared(place: Place) {
  const step = stepAt(place);
  const { count, jitter } = step.crowd ?? { count: 0, jitter: true };
  const weather = { ...FAIR, ...(step.weather ?? CALM) };
  return {
    lanes: WAYS.map((way) => ({ way, weather, extra: count, jitter: count === 0 || jitter })),
    scene: { id: place.scene.id, step: place.step },
    bets: { open: step.kind === 'predict', hidden: step.kind === 'predict' && (step.hidden ?? false) },
    leave_dead: false,
  };
}
const isThere = (state: ClassState, place: Place) => {
  expect(state).toMatchObject(declared(place));
  const { rate, symbols } = state.market.next ?? state.market;
  expect({ rate, symbols: symbols.length }).toEqual(place.scene.market);
};
const wild = () => ({
  ...klass({ ws: { stall: true, refuse: 503 }, sse: { lumps: true } }, { poll: { extra: 7, jitter: false } }),
  leave_dead: true,
  bets: { open: true, hidden: true, opened_us: 9, placed: 3, counts: null },
});

describe('the way through all scenes', () => {
  it('leads from the first step to the last one, and back the same way', () => {
    const there: Place[] = [ALL[0]!];
    for (let next = following(ALL[0]!); next; next = following(next)) there.push(next);
    expect(there).toEqual(ALL);
    const back: Place[] = [ALL.at(-1)!];
    for (let before = preceding(ALL.at(-1)!); before; before = preceding(before)) back.push(before);
    expect(back).toEqual(ALL.toReversed());
  });

  it('sets up each step as it says, forwards and backwards', () => {
    let state: ClassState = klass();
    for (const place of ALL) {
      state = go(state, place);
      isThere(state, place);
    }
    for (const place of ALL.toReversed()) {
      state = go(state, place, false);
      isThere(state, place);
    }
  });

  it('reaches any step from whatever the class is like', () => {
    for (const place of ALL) isThere(go(wild(), place), place);
  });

  it('does what a step does once, at the end, and never on the way back', () => {
    let state: ClassState = klass();
    const done: string[] = [];
    for (const place of ALL) {
      const commands = commandsTo(state, place, true);
      const step = stepAt(place);
      const here = acts(commands);
      expect(here).toEqual(
        step.kind === 'watch' ? (step.acts ?? []).map((act) => (act === 'unplug' ? 'cut' : act)) : [],
      );
      expect(acts(commands.slice(commands.length - here.length))).toEqual(here);
      expect(acts(commandsTo(state, place, false))).toEqual([]);
      done.push(...here);
      state = run(state, commands);
    }
    expect(done).toEqual(['cut', 'cut', 'kill', 'deploy', 'cut', 'cut']);
  });

  it('asks for nothing that is so already', () => {
    for (const place of ALL) {
      const state = go(klass(), place);
      const again = commandsTo(state, place, false).map((command) => command.do);
      const step = stepAt(place);
      // Whoever is sent back to a pulled plug finds it put back.
      const repairs = step.kind === 'watch' && step.acts?.includes('unplug') ? ['mend'] : [];
      expect(again).toEqual(step.kind === 'predict' ? ['bets', 'scene', 'bets'] : [...repairs, 'scene']);
    }
  });
});

it('what came behind the scene is taken back, also if it was not told yet', () => {
  for (const place of ALL) {
    const step = stepAt(place);
    const told = { ...go(klass(), place), bets: klass().bets, lanes: go(klass(), place, false).lanes };
    const taken = commandsTo(told, following(place), true).map((command) => command.do);
    if (step.kind === 'predict') expect(taken[0]).toBe('bets');
    if (step.kind === 'watch' && step.acts?.includes('unplug')) expect(taken).toContain('mend');
  }
});

it('bets are closed before anything else, and opened after the question stands there', () => {
  const commands = commandsTo(wild(), ALL[0]!, true);
  const order = commands.map((command) => command.do);
  expect(commands[0]).toEqual({ do: 'bets', open: false });
  expect(order.indexOf('weather')).toBeLessThan(order.indexOf('scene'));
  expect(order.indexOf('scene')).toBeLessThan(order.lastIndexOf('bets'));
});

it('a crowd comes to the market that it will hear, and only to the lanes that lack it', () => {
  const crowd = ALL.find((place) => stepAt(place).crowd)!;
  const state = klass({}, { sse: { extra: 250 } });
  state.market.rate = 50;
  const commands = commandsTo(state, crowd, true);
  const order = commands.map((command) => command.do);
  expect(order.indexOf('market')).toBeLessThan(order.indexOf('extra'));
  expect(commands).toContainEqual({ do: 'extra', lanes: ['poll', 'long-poll', 'ws'], count: 250, jitter: true });
});

it('an announced market counts as the one that is', () => {
  const state = klass();
  state.market.rate = 100;
  state.market.next = { epoch: 'bbbbbb', at_us: 9, rate: MARKET.rate, symbols: ['ACME'] };
  expect(commandsTo(state, ALL[0]!, true).map((command) => command.do)).not.toContain('market');
});

it('whoever leaves finds a class that is well', () => {
  for (const place of ALL) {
    const state = go(go(wild(), place), null, false);
    expect(state.scene).toBeNull();
    expect(state.bets.open).toBe(false);
    for (const { weather, extra } of state.lanes) expect({ weather, extra }).toEqual({ weather: FAIR, extra: 0 });
  }
});

it('only in its scene do clients forget', () => {
  const forgetting = ALL.filter((place) => boardAt(place).forget);
  expect(new Set(forgetting.map(({ scene }) => scene.id))).toEqual(new Set(['plug']));
});

it('what is measured goes on in a step that changes and breaks nothing', () => {
  const goes = (id: string) => {
    const scene = SCENES.find((one) => one.id === id)!;
    return scene.steps.flatMap(({ id: name }, step) =>
      step > 0 && goesOn({ scene, step: step - 1 }, { scene, step }) ? [name] : [],
    );
  };
  expect(goes('four-ways')).toEqual(['rings', 'outcome', 'remember']);
  expect(goes('faster')).toEqual(['outcome', 'remember']);
  expect(goes('buffering')).toEqual(['outcome']);
  expect(goes('thousand')).toEqual(['worked', 'storms']);
  expect(goesOn(null, ALL[0]!)).toBe(false);
  expect(goesOn({ scene: SCENES[0]!, step: 0 }, { scene: SCENES[1]!, step: 0 })).toBe(false);
});

it('a scene that this page does not know is none', () => {
  expect(placeOf({ id: 'of-tomorrow', step: 0 })).toBeNull();
  expect(placeOf({ id: 'plug', step: 99 })).toBeNull();
  expect(placeOf(undefined)).toBeNull();
  expect(same(placeOf({ id: 'plug', step: 1 }), { scene: SCENES[2]!, step: 1 })).toBe(true);
});
