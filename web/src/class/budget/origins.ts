// Other origins of the same feed. In a class each lane stands at a port of its own, and a port is an origin of its own.

import type { ClassState, LaneState } from '../state.ts';

/** Why there is none: no class (`fourways run`), no lane that is up and in fair weather, or no answer. */
export type NoOrigin = 'alone' | 'broken' | 'silent';

const PATIENCE_MS = 5000;

/** Asked only when it is needed: outside a class the answer is 404, which browsers write into their console. A lane that
 *  somebody is breaking is left out, since what waits there waits for another reason. Never rejects. */
export async function otherOrigins(): Promise<string[] | NoOrigin> {
  try {
    const answer = await fetch('/api/class', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status !== 200) return answer.ok || answer.status === 404 ? 'alone' : 'silent';
    const { lanes } = (await answer.json()) as ClassState;
    const well = lanes.filter((lane) => lane.state === 'up' && isWell(lane));
    if (well.length === 0) return 'broken';
    return well.map(({ port }) => `${location.protocol}//${location.hostname}:${port}`);
  } catch {
    return 'silent';
  }
}

const isWell = ({ weather, last_break }: LaneState) =>
  last_break?.until_us !== null && Object.values(weather).every((part) => !part);
