// The four ways as a browser speaks them. All four have the same shape, so that they can be read side by side:
//
//   open       one request or connection; throws when it is lost
//   deliver    what comes in, told as `tell.price(epoch, event)` and `tell.gap(gap)`
//   heartbeat  how a dead connection is noticed
//   again      wait, longer each time, and open anew
//
// A lane is `{ query, cursor, every_ms }`. `cursor` is what was heard last (EPOCH-SEQ): sent back as `after`, it makes
// the server go on right there. A lane ends when `signal` aborts; started again, it goes on at its cursor.

/** Seconds that a long poll may be held. */
export const HOLD_S = 25;
/** A stream says something at least every 15 s: after this long without a byte it is dead. */
const SILENCE_MS = 40_000;
/** How long an answer may take that is not held. */
const PATIENCE_MS = 10_000;

// ● I keep asking you. Asks for the newest price, rests, asks again. What changed in between it never hears of.
export async function poll(lane, tell, signal) {
  const backoff = new Backoff();
  let tag = null; // names the answer we have: when nothing is new, the server says 304 and no more
  while (!signal.aborted) {
    tell.state('connecting');
    try {
      for (;;) {
        const headers = tag ? { 'If-None-Match': tag } : {};
        const answer = await ask(`/poll/${lane.query}`, headers, PATIENCE_MS, signal); // heartbeat: every answer is one
        if (answer.status !== 304) {
          tag = answer.headers.get('ETag');
          const { epoch, events } = await answer.json();
          for (const event of events) tell.price(epoch, event);
        }
        tell.state('live');
        backoff.reset();
        await rest(lane.every_ms, signal);
      }
    } catch (lost) {
      await again(backoff, lost, tell, signal);
    }
  }
}

// ■ I wait until you tell me. Says what it has, and the server answers when there is more, or with 204 after the hold.
export async function longPoll(lane, tell, signal) {
  const backoff = new Backoff();
  while (!signal.aborted) {
    tell.state('connecting');
    try {
      for (;;) {
        const url = `/long-poll/${lane.query}&hold=${HOLD_S}${after(lane)}`;
        const answer = await ask(url, {}, HOLD_S * 1000 + PATIENCE_MS, signal); // heartbeat: 204 at the latest
        if (answer.status !== 204) {
          const { epoch, cursor, events, gap } = await answer.json();
          if (gap) tell.gap(gap);
          for (const event of events) tell.price(epoch, event);
          lane.cursor = cursor;
        }
        tell.state('live');
        backoff.reset();
      }
    } catch (lost) {
      await again(backoff, lost, tell, signal);
    }
  }
}

// ◆ We talk to each other. One connection; coming back after it was lost is our own business.
export async function ws(lane, tell, signal) {
  const backoff = new Backoff();
  while (!signal.aborted) {
    tell.state('connecting');
    const url = new URL(`/ws/${lane.query}${after(lane)}`, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    try {
      await held(signal, (lose, beat) => {
        let epoch = null;
        socket.onmessage = (message) => {
          beat(); // heartbeat: a `cursor` after a silence. The pings of the server are answered by the browser, unseen.
          const told = JSON.parse(message.data);
          if (told.type === 'hello') {
            epoch = told.epoch;
            tell.state('live');
            backoff.reset();
          } else if (told.type === 'gap') tell.gap(told);
          else if (told.type === 'cursor') lane.cursor = told.cursor;
          else if (!told.type) {
            lane.cursor = `${epoch}-${told.seq}`;
            tell.price(epoch, told);
          }
        };
        socket.onclose = lose;
      });
    } catch (lost) {
      socket.onmessage = socket.onclose = null;
      socket.close();
      await again(backoff, lost, tell, signal);
    }
  }
}

// ▼ You tell me. One answer that does not end. The browser reconnects by itself and sends the id of the last event;
// only when it gives up for good do we open anew, with our cursor.
export async function sse(lane, tell, signal) {
  const backoff = new Backoff();
  while (!signal.aborted) {
    tell.state('connecting');
    const source = new EventSource(`/sse/${lane.query}${after(lane)}`);
    try {
      await held(signal, (lose, beat) => {
        const on = (name, take) => source.addEventListener(name, (message) => {
          beat(); // heartbeat: a `cursor` after a silence
          if (message.lastEventId) lane.cursor = message.lastEventId;
          take?.(JSON.parse(message.data), message.lastEventId.split('-')[0]);
        });
        on('hello', () => {
          tell.state('live');
          backoff.reset();
        });
        on('gap', (gap) => tell.gap(gap));
        on('cursor');
        on('message', (event, epoch) => tell.price(epoch, event));
        source.onerror = (lost) => {
          if (source.readyState === EventSource.CLOSED) lose(lost);
          else tell.state('browser');
        };
      });
    } catch (lost) {
      source.close();
      await again(backoff, lost, tell, signal);
    }
  }
}

// What the four share.

const after = ({ cursor }) => (cursor ? `&after=${cursor}` : '');

/** One request. Anything but an answer we can use is a loss, and so is one that does not come. */
async function ask(url, headers, patience_ms, signal) {
  const either = AbortSignal.any([signal, AbortSignal.timeout(patience_ms)]);
  const answer = await fetch(url, { headers, cache: 'no-store', signal: either });
  if (answer.ok || answer.status === 304) return answer;
  const retry_after_s = Number(answer.headers.get('Retry-After')) || 0;
  throw Object.assign(new Error(`${url}: ${answer.status}`), { retry_after_s });
}

/** A connection that lasts until it is lost, silent for too long, or no longer wanted. It never ends well: it throws. */
function held(signal, open) {
  let watch;
  const over = new Promise((_, lose) => {
    const beat = () => {
      clearTimeout(watch);
      watch = setTimeout(lose, SILENCE_MS, new Error('silence'));
    };
    signal.addEventListener('abort', lose, { once: true });
    beat();
    open(lose, beat);
  });
  return over.finally(() => clearTimeout(watch));
}

/** Waits before the next attempt, unless the lane is over. */
async function again(backoff, lost, tell, signal) {
  if (signal.aborted) return;
  const ms = backoff.next(lost?.retry_after_s);
  tell.state('waiting', ms);
  await rest(ms, signal).catch(() => {}); // aborted: the loop sees it
}

function rest(ms, signal) {
  return new Promise((done, stop) => {
    if (signal.aborted) return stop(signal.reason);
    const end = () => {
      clearTimeout(timer);
      stop(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      done();
    }, ms);
    signal.addEventListener('abort', end);
  });
}

/** Doubles from 1 s to 10 s, each drawn from half to one and a half: a class that lost its server does not come back
 *  as one wave. */
class Backoff {
  #failures = 0;

  reset() {
    this.#failures = 0;
  }

  next(retry_after_s = 0) {
    const length = Math.min(10_000, 1000 * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 4);
    return Math.max(retry_after_s * 1000, length * (0.5 + Math.random()));
  }
}
