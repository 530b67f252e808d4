// ▼ You tell me. One answer that does not end. The browser reads it and comes back by itself, with the id of
// the last event; only when it gives up do we open anew. Lesson 05. Its siblings are poll.ts, long-poll.ts
// and ws.ts: the same regions in the same order.

import type { Client, Gap, Lane, Quote, Tell } from '../types';
import { Exchange, why } from './exchange';
import { after, Backoff, held, over, Unexplained, wait } from './shared';

// #region session
export const sse: Client = async (lane, tell, signal) => {
  const backoff = new Backoff();
  while (!signal.aborted) {
    tell.state({ name: 'connecting' });
    try {
      await receive(lane, tell, signal, backoff);
    } catch (lost) {
      if (!(await again(lost, lane, tell, signal, backoff))) return;
    }
  }
};
// #endregion

// #region receive
/** One EventSource, over all connections that the browser makes for it, until it gives up: then this throws. */
function receive(lane: Lane, tell: Tell, signal: AbortSignal, backoff: Backoff): Promise<void> {
  const source = new EventSource(address(lane));
  let exchange = new Exchange(tell);
  return held(SILENCE_MS, signal, ({ lose, heard }) => {
    const on = (name: string, take: (message: MessageEvent<string>) => void) =>
      source.addEventListener(name, heard(take));
    source.onopen = heard(() => {
      // When the browser asked anew it keeps to itself: that we see from the answer on.
      if (!exchange.open) exchange = new Exchange(tell);
      exchange.answered(true);
    });
    on('hello', () => tell.state({ name: 'live' }));
    on('gap', ({ data }) => tell.gap(JSON.parse(data) as Gap));
    on('cursor', ({ lastEventId }) => {
      lane.cursor = lastEventId;
      backoff.reset();
    });
    for (const name of ['message', 'notification']) {
      on(name, ({ data, lastEventId }) => {
        tell.event(lastEventId.split('-')[0] ?? '', JSON.parse(data) as Quote, performance.now());
        lane.cursor = lastEventId;
        backoff.reset();
      });
    }
    source.onerror = heard(() => {
      exchange.closed(true);
      if (source.readyState === EventSource.CLOSED) lose(new Unexplained());
      else tell.state({ name: 'browser' }); // it waits for as long as the server said by `retry`
    });
  }).finally(() => {
    source.close();
    exchange.closed(!signal.aborted);
  });
}
// #endregion

// #region heartbeat
/** The server says something at least every 15 s, a `cursor` if nothing else: after more than two of these
 *  without a word the connection is dead, though nobody told us. EventSource itself would wait for ever. */
const SILENCE_MS = 40_000;
// #endregion

// #region again
const address = (lane: Lane) => `${lane.origin}/sse/${lane.topic}?${lane.query}${after(lane)}`;

/** An error status, a wrong type, a torn head: the browser gives up and does not say why. We ask, since 204
 *  means the end of the topic, and 404 that it would be in vain. Otherwise a new EventSource goes on, by
 *  `after`: it has no other way to be given a cursor. */
async function again(lost: unknown, lane: Lane, tell: Tell, signal: AbortSignal, backoff: Backoff) {
  let reason = lost;
  if (lost instanceof Unexplained && !signal.aborted) {
    try {
      if ((await why(address(lane), tell, signal)) === 204) {
        over(tell);
        return false;
      }
    } catch (refusal) {
      reason = refusal;
    }
  }
  return wait(reason, backoff, tell, signal);
}
// #endregion
