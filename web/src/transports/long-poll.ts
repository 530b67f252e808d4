// ■ I wait until you tell me. Says what it has; the server answers when there is more, or with 204 after the
// hold. Lesson 03. Its siblings are poll.ts, sse.ts and ws.ts: the same regions in the same order.

import type { Client, Lane, Tell } from '../types';
import { ask, PATIENCE_MS } from './exchange';
import { after, Backoff, over, wait } from './shared';

// #region session
export const longPoll: Client = async (lane, tell, signal) => {
  const backoff = new Backoff();
  while (!signal.aborted) {
    tell.state({ name: 'connecting' });
    try {
      // Asks again at once: the waiting is the server's.
      while (!(await receive(lane, tell, signal, backoff)));
      return over(tell);
    } catch (lost) {
      if (!(await again(lost, tell, signal, backoff))) return;
    }
  }
};
// #endregion

// #region receive
/** One request, held until there is news. True if the topic has ended. */
async function receive(lane: Lane, tell: Tell, signal: AbortSignal, backoff: Backoff) {
  const url = `${lane.origin}/long-poll/${lane.topic}?${lane.query}&hold=${lane.hold_s}${after(lane)}`;
  const asked = performance.now();
  const answer = await ask(url, { limit_ms: limit(lane) }, tell, signal);
  const at = performance.now();
  if (!answer.body) {
    // A server that stops lets go of everyone at once. Whoever asked again at once would come as one wave.
    if (at - asked < Math.min(EARLY_MS, lane.hold_s * 500)) throw new Error('let go early');
    tell.state({ name: 'live' });
    backoff.reset();
    return false;
  }
  const { epoch, cursor, events, gap, end } = answer.body;
  tell.state({ name: 'live' });
  backoff.reset();
  if (gap) tell.gap(gap);
  for (const event of events) tell.event(epoch, event, at);
  lane.cursor = cursor;
  return end;
}
// #endregion

// #region heartbeat
/** The end of the hold is the heartbeat: a 204 at the latest. An answer that comes later than this is lost. */
const limit = ({ hold_s }: Lane) => hold_s * 1000 + PATIENCE_MS;
/** No server ends a hold this soon unless it stops. */
const EARLY_MS = 1000;
// #endregion

// #region again
/** The next request sends the cursor of the last answer: what happened meanwhile comes at once, or as a gap. */
function again(lost: unknown, tell: Tell, signal: AbortSignal, backoff: Backoff) {
  return wait(lost, backoff, tell, signal);
}
// #endregion
