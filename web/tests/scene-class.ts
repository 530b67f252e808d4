// A class that takes the commands of a demo as its server does, for tests of the scenes.

import type { ClassState, Command } from '../src/class/state.ts';
import { WAYS } from '../src/words.ts';
import { breakAfter, FAIR } from './fault-class.ts';

/** The class after a command: weather comes as a whole, a market is announced, nobody has no jitter. */
export function after(state: ClassState, command: Command): ClassState {
  const lanes = 'lanes' in command && command.lanes ? command.lanes : WAYS;
  const each = (change: Partial<ClassState['lanes'][number]>) =>
    state.lanes.map((lane) => (lanes.includes(lane.way) ? { ...lane, ...change } : lane));
  switch (command.do) {
    case 'weather':
      return { ...state, lanes: each({ weather: { ...FAIR, ...command.weather } }) };
    case 'extra': {
      const { count, jitter = true } = command;
      return { ...state, lanes: each({ extra: count, jitter: count === 0 || jitter }) };
    }
    case 'market': {
      const rate = command.rate ?? state.market.rate;
      const symbols = Array.from({ length: command.symbols ?? 1 }, (_, place) => `S${place}`);
      return { ...state, market: { ...state.market, next: { epoch: 'bbbbbb', at_us: 9, rate, symbols } } };
    }
    case 'leave-dead':
      return { ...state, leave_dead: command.on };
    case 'scene':
      return { ...state, scene: command.id === null ? null : { id: command.id, step: command.step ?? 0 } };
    case 'bets':
      return { ...state, bets: { ...state.bets, open: command.open, hidden: command.hidden ?? false } };
    case 'cut':
    case 'mend':
      return {
        ...state,
        lanes: state.lanes.map((lane) =>
          lanes.includes(lane.way) ? { ...lane, last_break: breakAfter(lane, command, 9) } : lane,
        ),
      };
    default:
      return state; // what is done to a server leaves no trace there
  }
}
