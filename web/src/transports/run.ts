// A lane in a page: picks the client of a way, and lets it rest while nobody looks.

import type { Client, Lane, Tell, WayName } from '../types';
import { longPoll } from './long-poll';
import { poll } from './poll';
import { sse } from './sse';
import { ws } from './ws';

const CLIENTS: Record<WayName, Client> = { poll, 'long-poll': longPoll, ws, sse };

/** Runs a lane until its topic ends or `signal` aborts. In a hidden tab it is paused, and says so: browsers
 *  slow the timers there, so that its figures would lie. When it is seen again it goes on at its cursor. */
export async function run(name: WayName, lane: Lane, tell: Tell, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (document.visibilityState === 'hidden') {
      tell.state({ name: 'paused' });
      await changed(signal);
    } else {
      const visit = new AbortController();
      const stay = AbortSignal.any([signal, visit.signal]);
      void changed(stay).then(() => visit.abort());
      await CLIENTS[name](lane, tell, stay);
      if (!stay.aborted) return visit.abort(); // it ended by itself
    }
  }
}

/** Resolves when the tab is hidden or shown, or `signal` aborts. */
function changed(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done();
    const over = new AbortController();
    const finish = () => {
      over.abort();
      done();
    };
    document.addEventListener('visibilitychange', finish, { signal: over.signal });
    signal.addEventListener('abort', finish, { signal: over.signal });
  });
}
