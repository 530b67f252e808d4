// Where a demo is, where it goes, and what is asked of the class for that. Pure: the class says where it is, and what it
// is like; so any page of the presenter can go on, also after it was loaded anew.

import { WAYS } from '../../words.ts';
import { type ClassState, type Command, FAIR, type LaneState, type SceneState, type Weather } from '../state.ts';
import { SCENES } from './all.ts';
import { CALM, MARKET } from './calm.ts';
import type { BoardWish, Crowd, Scene, Step } from './types.ts';

export interface Place {
  scene: Scene;
  step: number;
}

/** The longest cut that a class takes: one that is forgotten ends by itself. */
const UNPLUGGED_MS = 60_000;

const NOBODY: Crowd = { count: 0, jitter: true };

/** Null where there is no demo, or one that this page does not know. */
export function placeOf(told: SceneState | null | undefined): Place | null {
  const scene = SCENES.find(({ id }) => id === told?.id);
  return scene && told && told.step < scene.steps.length ? { scene, step: told.step } : null;
}

export const same = (one: Place | null, other: Place | null): boolean =>
  one?.scene === other?.scene && one?.step === other?.step;

export const stepAt = ({ scene, step }: Place): Step => scene.steps[step]!;

/** What the boards set by themselves here. */
export const boardAt = (place: Place): BoardWish => ({ ...place.scene.board, ...stepAt(place).board });

/** Whether a step leaves everything as it was in another one, so that what is measured goes on. */
export function goesOn(from: Place | null, to: Place | null): boolean {
  if (!from || !to || from.scene !== to.scene) return false;
  const [before, step] = [stepAt(from), stepAt(to)];
  if (step.kind === 'watch' && step.acts) return false;
  const setUp = (place: Place, { weather = CALM, crowd = NOBODY }: Step) =>
    JSON.stringify([weather, crowd, boardAt(place)]);
  return setUp(from, before) === setUp(to, step);
}

/** The next step, or the first one of the next scene. Null: that was the last. */
export function following({ scene, step }: Place): Place | null {
  if (step + 1 < scene.steps.length) return { scene, step: step + 1 };
  const next = SCENES[SCENES.indexOf(scene) + 1];
  return next ? { scene: next, step: 0 } : null;
}

/** The step before, or the last one of the scene before. Null: this is the first of all. */
export function preceding({ scene, step }: Place): Place | null {
  if (step > 0) return { scene, step: step - 1 };
  const before = SCENES[SCENES.indexOf(scene) - 1];
  return before ? { scene: before, step: before.steps.length - 1 } : null;
}

/** What brings a class that is as `state` says to a place; null ends the demo and leaves fair weather, a calm market
 *  and nobody extra. What a step does is done only when it is entered forwards: going back repairs, and breaks nothing
 *  again.
 *
 *  The order counts. Bets are closed before anything gives the answer away, the stage is set before the scene is told,
 *  and what is done comes last, so that everybody is looking. */
export function commandsTo(state: ClassState, to: Place | null, forwards: boolean): Command[] {
  const step = to && stepAt(to);
  const weather = to ? (step?.weather ?? CALM) : {};
  const { rate, symbols } = to?.scene.market ?? MARKET;
  const crowd = step?.crowd ?? NOBODY;
  const market = state.market.next ?? state.market;
  // What a step does behind its scene may be told later than the scene: it counts as done.
  const here = placeOf(state.scene);
  const left = here && stepAt(here);
  const unplugged = left?.kind === 'watch' && left.acts?.includes('unplug');
  const commands: Command[] = [];

  if (state.bets.open || left?.kind === 'predict') commands.push({ do: 'bets', open: false });
  if (state.leave_dead) commands.push({ do: 'leave-dead', on: false });
  if (market.rate !== rate || market.symbols.length !== symbols) commands.push({ do: 'market', rate, symbols });
  commands.push(
    ...on(state, (lane) => !isWeather(lane.weather, weather), { do: 'weather', weather }),
    ...on(state, ({ last_break }) => unplugged || last_break?.until_us === null, { do: 'mend' }),
    ...on(state, (lane) => !isCrowd(lane, crowd), { do: 'extra', ...crowd }),
    { do: 'scene', id: to?.scene.id ?? null, ...(to && { step: to.step }) },
  );
  if (step?.kind === 'predict') commands.push({ do: 'bets', open: true, hidden: step.hidden ?? false });
  if (forwards && step?.kind === 'watch')
    for (const act of step.acts ?? [])
      commands.push(act === 'unplug' ? { do: 'cut', for_ms: UNPLUGGED_MS } : { do: act });
  return commands;
}

/** A command for the lanes that need it, if any. */
function on(state: ClassState, needs: (lane: LaneState) => boolean, command: Command): Command[] {
  const lanes = state.lanes.filter(needs).map(({ way }) => way);
  if (lanes.length === 0) return [];
  return [lanes.length === WAYS.length ? command : ({ ...command, lanes } as Command)];
}

function isWeather(is: Weather, wish: Partial<Weather>): boolean {
  const whole: Weather = { ...FAIR, ...wish };
  return (Object.keys(whole) as (keyof Weather)[]).every((name) => is[name] === whole[name]);
}

/** Nobody has no jitter. */
function isCrowd({ extra, jitter }: LaneState, { count, ...wish }: Crowd): boolean {
  return extra === count && (count === 0 || jitter === wish.jitter);
}
