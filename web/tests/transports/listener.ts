// A lane under test: notes everything its client tells, and can wait for it.

import { vi, expect } from 'vitest';
import type { Client, Gap, Lane, Quote, State, Tell } from '../../src/types';

/** An exchange, as far as it was told. */
interface Told {
  id: number;
  asked: number;
  answered?: number;
  news?: boolean;
  closed?: number;
  lost?: boolean;
}

export interface Listener {
  lane: Lane;
  states: State[];
  /** `EPOCH-SEQ` of each event told. */
  heard: string[];
  quotes: Quote[];
  gaps: Gap[];
  exchanges: Told[];
  ends: number;
  tell: Tell;
  /** Settles when the client is done. */
  done: Promise<void>;
  stop(): Promise<void>;
  until(check: () => void): Promise<void>;
}

type Start = (lane: Lane, tell: Tell, signal: AbortSignal) => Promise<void>;

/** Starts `client` on a lane. */
export function listen(client: Client | Start, lane: Partial<Lane> = {}): Listener {
  const abort = new AbortController();
  const found = (id: number) => {
    const exchange = listener.exchanges.find((one) => one.id === id);
    if (!exchange) throw new Error(`exchange ${id} was never asked`);
    return exchange;
  };
  const listener: Listener = {
    lane: { topic: 'stock-price', origin: '', query: 'symbols=A,B', cursor: '', interval_ms: 1, hold_s: 0, ...lane },
    states: [],
    heard: [],
    quotes: [],
    gaps: [],
    exchanges: [],
    ends: 0,
    tell: {
      state: (state) => void listener.states.push(state),
      asked: (id, at) => void listener.exchanges.push({ id, asked: at }),
      answered: (id, at, news) => void Object.assign(found(id), { answered: at, news }),
      closed: (id, at, lost) => {
        if (found(id).closed !== undefined) throw new Error(`exchange ${id} was closed twice`);
        Object.assign(found(id), { closed: at, lost });
      },
      event: (epoch, event) => {
        listener.heard.push(`${epoch}-${event.seq}`);
        listener.quotes.push(event);
      },
      gap: (gap) => void listener.gaps.push(gap),
      end: () => void listener.ends++,
    },
    done: Promise.resolve(),
    stop: () => {
      abort.abort();
      return listener.done;
    },
    until: (check) => vi.waitFor(check, { interval: 2, timeout: 4000 }),
  };
  listener.done = client(listener.lane, listener.tell, abort.signal);
  return listener;
}

/** The names of the states, without those that repeat. */
export const names = ({ states }: Listener): string[] =>
  states.map(({ name }) => name).filter((name, index, all) => name !== all[index - 1]);

/** No event came twice. */
export function noDuplicate({ heard }: Listener): void {
  expect(heard).toEqual([...new Set(heard)]);
}
