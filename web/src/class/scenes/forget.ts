// A lane whose client forgets: whenever it loses its connection it comes back as one who has never been here, as every
// client does where events have no ids. On the wire it is the same request as theirs.

import { Backoff, rest } from '../../transports/shared.ts';
import type { Lane, Tell, WayName } from '../../types.ts';

type Run = (way: WayName, lane: Lane, tell: Tell, signal: AbortSignal) => Promise<void>;

/** Runs a lane by `run`, and begins it anew without a cursor after each loss, until its topic ends or `signal` aborts. */
export async function forgetful(run: Run, way: WayName, lane: Lane, tell: Tell, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff();
  while (!signal.aborted) {
    const visit = new AbortController();
    const listening: Tell = {
      state: (state) => tell.state(state),
      asked: (id, at) => tell.asked(id, at),
      answered: (id, at, news) => tell.answered(id, at, news),
      closed: (id, at, lost) => {
        tell.closed(id, at, lost);
        // The client would now come back with its cursor; EventSource even by itself, with the id that it remembers.
        if (lost) visit.abort();
      },
      event: (epoch, event, at) => {
        backoff.reset();
        tell.event(epoch, event, at);
      },
      gap: (gap) => tell.gap(gap),
      end: () => tell.end(),
    };
    await run(way, lane, listening, AbortSignal.any([signal, visit.signal]));
    if (!visit.signal.aborted) return;
    lane.cursor = '';
    const in_ms = backoff.next();
    if (!signal.aborted) tell.state({ name: 'again', in_ms });
    await rest(in_ms, signal).catch(() => {}); // it fails when there is no next visit
  }
}
