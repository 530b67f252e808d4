// What one lane has done and heard: its exchanges and events, bounded, and what follows from them. No drawing, no DOM.

import type { Gap, Quote, State, Tell, WayName } from '../types.ts';
import { firstFrom, meanAge } from './age.ts';
import type { Tape } from './tape.ts';
import type { Truth } from './truth.ts';

/** How many exchanges and how many events are kept. Twice as many are held before the older half goes. */
const KEPT = 8192;

/** A request or connection. Instants are `performance.now()`; null has not happened. */
export interface Exchange {
  id: number;
  asked: number;
  answered: number | null;
  closed: number | null;
  news: boolean;
  lost: boolean;
  /** How many events came with it, and the newest. */
  heard: number;
  newest: Heard | null;
}

/** An event: published at `at` (Unix microseconds, server), here at `arrived` (`performance.now()`). */
export interface Heard {
  epoch: string;
  seq: number;
  at: number;
  value: number;
  arrived: number;
  exchange: Exchange | null;
}

interface RecordOptions {
  way: WayName;
  symbol: string;
  truth: Truth;
  /** From an instant of the server in Unix microseconds to `performance.now()`. It may learn, so nothing keeps its result. */
  local: (at: number) => number;
  /** How many symbols take turns in this epoch; 0 if that is not known. */
  turn: (epoch: string) => number;
  /** What passed on the wire, where a road tells it. */
  tape?: Tape;
}

export class LaneRecord implements Tell {
  readonly exchanges: Exchange[] = [];
  /** Ascending by `seq` within an epoch, and by `arrived`. */
  readonly events: Heard[] = [];
  /** When a price came that was known already, `performance.now()`. */
  readonly repeats: number[] = [];
  received = 0;
  /** Exchanges that came to a good end. */
  answers = 0;
  /** Published between two events that were heard, and never heard of. */
  missed = 0;
  /** More may have been missed than can be counted: the gap reaches into another epoch. */
  atLeast = false;
  now: State = { name: 'connecting' };
  /** When `now` began; 0 before anything was told. */
  stateAt = 0;
  #byId = new Map<number, Exchange>();

  constructor(readonly of: RecordOptions) {}

  state(state: State): void {
    this.now = state;
    this.stateAt = performance.now();
  }

  asked(id: number, at: number): void {
    const exchange: Exchange = {
      id,
      asked: at,
      answered: null,
      closed: null,
      news: false,
      lost: false,
      heard: 0,
      newest: null,
    };
    this.exchanges.push(exchange);
    this.#byId.set(id, exchange);
    trim(this.exchanges);
  }

  answered(id: number, at: number, news: boolean): void {
    const exchange = this.#byId.get(id);
    if (!exchange) return;
    exchange.answered = at;
    exchange.news = news;
  }

  closed(id: number, at: number, lost: boolean): void {
    const exchange = this.#byId.get(id);
    if (!exchange) return;
    exchange.closed = at;
    exchange.lost = lost;
    this.#byId.delete(id);
    if (!lost && exchange.answered !== null) this.answers += 1;
  }

  event(epoch: string, event: Quote, at: number): void {
    if (event.symbol !== this.of.symbol) return;
    this.of.truth.add(epoch, event);
    const before = this.believed();
    if (before?.epoch === epoch) {
      if (event.seq <= before.seq) {
        this.repeats.push(at); // a snapshot repeats what is known
        return trim(this.repeats);
      }
      // The symbols take turns, so the numbers of one rise by their count; any other step has no meaning we know.
      const turn = this.of.turn(epoch);
      const turns = turn > 0 ? (event.seq - before.seq) / turn : 1;
      if (Number.isInteger(turns)) this.missed += turns - 1;
      else this.atLeast = true;
    } else if (before && this.of.way === 'poll') {
      this.atLeast = true; // without a cursor a new epoch is not announced: what was lost of the old one, nobody knows
    }
    const exchange = this.exchanges.at(-1) ?? null;
    const heard: Heard = { epoch, seq: event.seq, at: event.at, value: event.value, arrived: at, exchange };
    if (exchange) {
      exchange.heard += 1;
      exchange.newest = heard;
    }
    this.events.push(heard);
    this.received += 1;
    trim(this.events);
  }

  /** A gap of this epoch shows in the numbers as well. What was lost of another epoch, nobody can count. */
  gap(gap: Gap): void {
    if (gap.first === null && gap.reason !== 'epoch') this.atLeast = true;
  }

  /** Its state says so already. */
  end(): void {}

  /** The price this lane takes for the true one. */
  believed(): Heard | null {
    return this.events.at(-1) ?? null;
  }

  /** What was heard between two instants, and what was believed at the first. */
  heardBetween(from: number, to: number): Heard[] {
    const arrived = (item: Heard) => item.arrived;
    const begin = Math.max(0, firstFrom(this.events, from, arrived) - 1);
    return this.events.slice(begin, firstFrom(this.events, to, arrived));
  }

  /** The exchanges of which something falls between two instants. They are asked in order, and one follows the other. */
  exchangesBetween(from: number, to: number): Exchange[] {
    const end = firstFrom(this.exchanges, to, ({ asked }) => asked);
    let begin = firstFrom(this.exchanges, from, ({ asked }) => asked);
    while (begin > 0 && (this.exchanges[begin - 1]!.closed ?? Infinity) >= from) begin -= 1;
    return this.exchanges.slice(begin, end);
  }

  /** Mean age of the believed price between two instants, in milliseconds. */
  meanAge(from: number, to: number): number | null {
    const steps = this.heardBetween(from, to).map(({ arrived, at }) => ({ from: arrived, at: this.of.local(at) }));
    return meanAge(steps, from, to);
  }

  /** The share of prices never seen, from 0 to 1; null before there was anything to see. */
  neverSeen(): number | null {
    const all = this.received + this.missed;
    return all > 0 ? this.missed / all : null;
  }
}

function trim<T>(items: T[]): void {
  if (items.length > 2 * KEPT) items.splice(0, KEPT);
}
