// ● I keep asking you. Asks for the newest price, rests, asks again. What changed in between it never hears
// of. Lesson 02. Its siblings are long-poll.ts, sse.ts and ws.ts: the same regions in the same order.

import type { Client, Lane, Tell } from '../types';
import { ask, PATIENCE_MS } from './exchange';
import { Backoff, over, rest, wait } from './shared';

/** The name (ETag) of the answer we have. */
interface Known {
  tag: string;
}

// #region session
export const poll: Client = async (lane, tell, signal) => {
  const backoff = new Backoff();
  const known: Known = { tag: '' };
  while (!signal.aborted) {
    tell.state({ name: 'connecting' });
    try {
      while (!(await receive(lane, tell, signal, backoff, known))) await rest(lane.interval_ms, signal);
      return over(tell);
    } catch (lost) {
      if (!(await again(lost, tell, signal, backoff))) return;
    }
  }
};
// #endregion

// #region receive
/** One request. True if the topic has ended. */
async function receive(lane: Lane, tell: Tell, signal: AbortSignal, backoff: Backoff, known: Known) {
  const url = `${lane.origin}/poll/${lane.topic}?${lane.query}`;
  // The browser sends the tag itself (If-None-Match), hears 304 and no more when nothing is new, and gives us
  // the answer that it kept. A header of ours would make it ask another origin for leave before every poll.
  const answer = await ask(url, { kept: known.tag, limit_ms: LIMIT_MS }, tell, signal);
  const at = performance.now();
  tell.state({ name: 'live' });
  backoff.reset();
  if (!answer.body) return false;
  const { epoch, cursor, events, gap, end } = answer.body;
  if (gap) tell.gap(gap);
  // A snapshot repeats the symbols that did not change: only what lies behind our cursor is new.
  const [known_epoch, known_seq] = lane.cursor.split('-');
  for (const event of events) {
    if (epoch !== known_epoch || event.seq > Number(known_seq)) tell.event(epoch, event, at);
  }
  lane.cursor = cursor;
  known.tag = answer.headers.get('ETag') ?? '';
  return end;
}
// #endregion

// #region heartbeat
// None: a poll holds no connection open. Every answer is a sign of life; one that takes longer than this is
// lost.
const LIMIT_MS = PATIENCE_MS;
// #endregion

// #region again
/** A poll has nothing to resume: the next one asks for the newest prices, whatever was missed. */
function again(lost: unknown, tell: Tell, signal: AbortSignal, backoff: Backoff) {
  return wait(lost, backoff, tell, signal);
}
// #endregion
