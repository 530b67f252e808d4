// A class of four lanes as its server tells it, for tests of the faults.

import type { Break, ClassState, Command, LaneState, Weather } from '../src/class/state.ts';
import type { WayName } from '../src/types.ts';
import { WAYS } from '../src/words.ts';

export const FAIR: Weather = {
  delay_ms: 0,
  jitter_ms: 0,
  rate_bits: null,
  stall: false,
  lumps: false,
  slow_reader_bits: null,
  refuse: null,
  cut_every_ms: null,
};

/** All is well but for what is given: the weather of single lanes, and whatever else is other on one of them. */
export function klass(
  weathers: Partial<Record<WayName, Partial<Weather>>> = {},
  others: Partial<Record<WayName, Partial<LaneState>>> = {},
): ClassState {
  const lane = (way: WayName): LaneState => ({
    way,
    port: 18_201,
    state: 'up',
    pid: 7,
    exit: null,
    since_us: 0,
    last_away: null,
    weather: { ...FAIR, ...weathers[way] },
    last_break: null,
    extra: 0,
    jitter: true,
    ...others[way],
  });
  return {
    lanes: WAYS.map(lane),
    market: { seed: 1, rate: 2, symbols: ['ACME'], start_us: 0, epoch: 'aaaaaa', next: null },
    leave_dead: false,
    scene: null,
    bets: { open: false, hidden: false, opened_us: null, placed: 0, counts: null },
    phones: { joined: 0, lanes: { 'poll': 0, 'long-poll': 0, 'ws': 0, 'sse': 0 } },
    addresses: [],
    remote_control: false,
  };
}

/** A break as it is told, at an instant of the server's clock: a cut that was over at once, but for what is given. */
export function broken(at_us: number, is: Partial<Break> = {}): Break {
  return { kind: 'cut', for_ms: 0, after_bytes: null, at_us, until_us: at_us, connections: 1, ...is };
}

/** What becomes of a lane's break by a command at `at_us`. */
export function breakAfter({ last_break }: LaneState, command: Command, at_us: number): Break | null {
  if (command.do === 'mend') return last_break?.until_us === null ? { ...last_break, until_us: at_us } : last_break;
  if (command.do === 'half-open') return broken(at_us, { kind: 'half-open' });
  if (command.do !== 'cut') return last_break;
  const { for_ms = 0, after_bytes = null } = command;
  return broken(at_us, { for_ms, after_bytes, until_us: for_ms > 0 || after_bytes !== null ? null : at_us });
}
