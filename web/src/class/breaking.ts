// What is sent to break something, and to make it well again. Pure: no connection, no clock.
//
// The server takes the weather of a lane as a whole, so that each change is made of what the weather is.

import type { WayName } from '../types.ts';
import { WAYS } from '../words.ts';
import type { Fault } from './faults.ts';
import { type ClassState, type Command, FAIR, type LaneState, type Weather } from './state.ts';

/** The state follows a command within so many milliseconds: until then what was asked for counts. */
const ECHO_MS = 500;

/** What the weather is on the lanes: as it was told last, or as it was just asked for. Two quick presses thus do not undo
 *  each other. */
export class Roads {
  readonly #asked = new Map<WayName, { weather: Weather; until: number }>();

  of(lane: LaneState, now: number): Weather {
    const asked = this.#asked.get(lane.way);
    return asked && now < asked.until ? asked.weather : lane.weather;
  }

  /** Takes over what a command asks for. Instants are milliseconds of any one clock. */
  ask(command: Command, now: number): void {
    if (command.do !== 'weather') return;
    const weather = { ...FAIR, ...command.weather };
    for (const way of command.lanes ?? []) this.#asked.set(way, { weather, until: now + ECHO_MS });
  }

  /** What was asked for was not done. */
  forget(): void {
    this.#asked.clear();
  }
}

/** What sets a fault on these lanes to a value, or ends it (null). In this order. */
export function commandsFor(
  fault: Fault,
  value: number | null,
  ways: readonly WayName[],
  state: ClassState,
  weatherOf: (lane: LaneState) => Weather,
): Command[] {
  const lanes = [...ways];
  const weather = () => together(state, ways, (lane) => ({ ...weatherOf(lane), ...fault.road?.(value) }));
  switch (fault.name) {
    case 'cut':
      return [value === null ? { do: 'mend', lanes } : { do: 'cut', lanes, for_ms: value * 1000 }];
    case 'cut-after':
      return [value === null ? { do: 'mend', lanes } : { do: 'cut', lanes, after_bytes: value }];
    case 'refuse':
      // Only new connections are refused, so all are made to come anew. First the road, or whoever is quick slips through.
      return value === null ? weather() : [...weather(), { do: 'cut', lanes }];
    case 'half-open':
    case 'kill':
    case 'restart':
    case 'deploy':
      return [{ do: fault.name, lanes }];
    case 'extra':
    case 'herd':
      return [{ do: 'extra', lanes, count: value ?? 0, jitter: fault.name === 'extra' }];
    case 'leave-dead':
      return [{ do: 'leave-dead', on: value !== null }];
    default:
      return weather();
  }
}

/** What makes everything well again, also what was asked for so lately that the class has not told of it. Connections that
 *  are half-open stay so: nobody can bring them back. */
export const ALL_WELL: readonly Command[] = [
  { do: 'weather', lanes: [...WAYS], weather: {} },
  { do: 'mend', lanes: [...WAYS] },
  { do: 'leave-dead', on: false },
  { do: 'extra', lanes: [...WAYS], count: 0 },
];

/** One command for all lanes whose weather becomes the same. */
function together(state: ClassState, ways: readonly WayName[], of: (lane: LaneState) => Weather): Command[] {
  const groups = new Map<string, { lanes: WayName[]; weather: Weather }>();
  for (const lane of state.lanes) {
    if (!ways.includes(lane.way)) continue;
    const weather = of(lane);
    const group = groups.get(JSON.stringify(weather));
    if (group) group.lanes.push(lane.way);
    else groups.set(JSON.stringify(weather), { lanes: [lane.way], weather });
  }
  return [...groups.values()].map(({ lanes, weather }) => ({ do: 'weather', lanes, weather }));
}
