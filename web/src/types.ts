// What the page is made of: what a lane is asked to do, and what its client tells while it does it.

/** The four ways, by their names in paths. */
export type WayName = 'poll' | 'long-poll' | 'ws' | 'sse';

/** A price, as its JSON is on every way. `at` is the scheduled instant of its publication, in Unix microseconds. */
export interface Quote {
  seq: number;
  at: number;
  symbol: string;
  value: number;
  change: number;
}

/** What cannot be given, and why. The newest event of each key follows. */
export interface Gap {
  first: number | null;
  last: number;
  reason: 'expired' | 'foreign' | 'future' | 'malformed' | 'slow' | 'epoch';
}

/** What a client is asked to do. It writes `cursor`, so that the same lane started again goes on where it was. */
export interface Lane {
  topic: string;
  /** Whose lane it is, as in `http://192.168.1.20:8084`; empty for the server of the page. */
  origin: string;
  /** Further parameters, encoded, as in `symbols=ACME&lane=k3`. */
  query: string;
  /** EPOCH-SEQ of what was heard last; empty asks for the newest events. */
  cursor: string;
  /** Polling: from one answer to the next request, in milliseconds. */
  interval_ms: number;
  /** Long polling: how long a request may be held, in seconds. */
  hold_s: number;
}

/** How a lane is doing. `again` waits `in_ms` and connects anew; `browser` leaves that to the browser. */
export type State = { name: 'connecting' | 'live' | 'browser' | 'paused' | 'ended' } | { name: 'again'; in_ms: number };

/** What a client tells. All instants are `performance.now()`, in milliseconds. */
export interface Tell {
  state(state: State): void;
  /** A request was sent, or a connection asked for. The same `id` is answered. */
  asked(id: number, at: number): void;
  /** The answer to `id` began: the whole answer of a poll, the head of a stream. `news` is false for 204, 304 and what
   *  was kept. */
  answered(id: number, at: number, news: boolean): void;
  /** The exchange `id` is over: the answer is whole, or the stream was cut (`lost`). */
  closed(id: number, at: number, lost: boolean): void;
  /** An event. */
  event(epoch: string, event: Quote, at: number): void;
  gap(gap: Gap): void;
  /** The topic has ended; the client stops for good. */
  end(): void;
}

/** The client half of a way in the browser. Resolves when `signal` aborts or the topic has ended; never rejects. */
export type Client = (lane: Lane, tell: Tell, signal: AbortSignal) => Promise<void>;
