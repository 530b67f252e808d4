// ◆ We talk to each other. One connection, messages both ways; to come back after it was lost is our own
// business. Lesson 08. Its siblings are poll.ts, long-poll.ts and sse.ts: the same regions in the same order.

import type { Client, Gap, Lane, Quote, Tell } from '../types';
import { Exchange, why } from './exchange';
import { after, Backoff, held, over, Unexplained, wait } from './shared';

/** What a server says: an event has no `type`. */
export type Told =
  | { type: 'hello'; epoch: string }
  | { type: 'cursor'; cursor: string }
  | ({ type: 'gap' } & Gap)
  | { type: 'error'; title: string }
  | ({ type?: undefined } & Quote);

// #region session
export const ws: Client = async (lane, tell, signal) => {
  const backoff = new Backoff();
  while (!signal.aborted) {
    tell.state({ name: 'connecting' });
    try {
      await receive(lane, tell, signal, backoff);
      return over(tell);
    } catch (lost) {
      if (!(await again(lost, lane, tell, signal, backoff))) return;
    }
  }
};
// #endregion

// #region receive
/** One connection. Resolves if the topic has ended; throws when the connection is lost. */
function receive(lane: Lane, tell: Tell, signal: AbortSignal, backoff: Backoff): Promise<void> {
  const url = new URL(`${lane.origin}/ws/${lane.topic}?${lane.query}${after(lane)}`, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  const exchange = new Exchange(tell);
  let [epoch, opened] = ['', false];
  return held(SILENCE_MS, signal, ({ end, lose, heard }) => {
    socket.onopen = heard(() => {
      opened = true;
      exchange.answered(true);
    });
    socket.onmessage = heard(({ data }: MessageEvent<string>) => {
      const told = JSON.parse(data) as Told;
      if (told.type === 'hello') {
        epoch = told.epoch;
        tell.state({ name: 'live' });
      } else if (told.type === 'gap') tell.gap(told);
      else if (told.type !== 'error') {
        if (!told.type) tell.event(epoch, told, performance.now());
        lane.cursor = told.type ? told.cursor : `${epoch}-${told.seq}`;
        backoff.reset();
      }
    });
    socket.onclose = ({ code }) => {
      exchange.closed(code !== 1000);
      if (code === 1000) end();
      else lose(opened ? new Error(`closed ${code}`) : new Unexplained());
    };
  }).finally(() => {
    socket.onopen = socket.onmessage = socket.onclose = null;
    exchange.closed(!signal.aborted);
    socket.close();
  });
}
// #endregion

// #region heartbeat
/** The server says something at least every 15 s, a `cursor` if nothing else; its pings are answered by the
 *  browser, unseen by us. After more than two of these without a word the connection is dead, though nobody
 *  told us. */
const SILENCE_MS = 40_000;
// #endregion

// #region again
/** The browser never comes back by itself, so we do, with our cursor. It does not say either why a handshake
 *  was refused: polling answers the same question with a status that can be read. */
async function again(lost: unknown, lane: Lane, tell: Tell, signal: AbortSignal, backoff: Backoff) {
  let reason = lost;
  if (lost instanceof Unexplained && !signal.aborted) {
    try {
      await why(`${lane.origin}/poll/${lane.topic}?${lane.query}${after(lane)}`, tell, signal);
    } catch (refusal) {
      reason = refusal;
    }
  }
  return wait(reason, backoff, tell, signal);
}
// #endregion
