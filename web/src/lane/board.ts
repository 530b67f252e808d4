// The lanes of one page: begins and stops them, and reads what only the server knows. No drawing; browser only.

import { keepTime, type Clock } from '../clock.ts';
import type { Coming } from '../presenter.ts';
import { run } from '../transports/run.ts';
import type { WayName } from '../types.ts';
import { afterAbsence } from './absence.ts';
import { Account, type Ledger } from './account.ts';
import { LaneRecord } from './record.ts';
import type { Tape } from './tape.ts';
import { Truth, TruthReader } from './truth.ts';

export interface Market {
  epoch: string;
  rate: number;
  symbols: string[];
}

export interface BoardLane {
  way: WayName;
  id: string;
  record: LaneRecord;
  account: Ledger;
  /** When it began, `performance.now()`. */
  since: number;
}

interface Choice {
  symbol: string;
  interval_ms: number;
  hold_s: number;
}

/** In a class each way has a server of its own, and a road to it that tells what passes. */
export interface Roads {
  /** Where the road of a way begins, as in `http://192.168.1.20:8084`. */
  origin(way: WayName): string;
  /** What passes from now on for the client `id`, in the place of the way's client before. */
  tape(way: WayName, id: string): Tape;
  /** Runs a client there. */
  readonly run: typeof run;
}

/** How much of the past is read at the start, in seconds, so that the true price is drawn from the first frame. */
const PAST_S = 60;
/** How soon the server is asked again whether an announced market has begun, in milliseconds. */
const NEAR_MS = 100;

export class Board {
  market: Market | null = null;
  /** The market that was announced, until it begins. */
  coming: Coming | null = null;
  lanes: BoardLane[] = [];
  truth = new Truth();
  away = false;
  /** When the lanes began anew because the tab had been away, `performance.now()`. */
  rested = -Infinity;
  #clock: Clock | null = null;
  #reader: TruthReader | null = null;
  /** The number from which the true price is read. */
  #past = 0;
  #running = new Map<WayName, AbortController>();
  #wake = () => {};

  /** `changed` is called when the lanes are others than before, or the server told something new. */
  constructor(
    private readonly ways: readonly WayName[],
    readonly choice: Choice,
    private readonly changed: () => void,
    private readonly roads: Roads | null = null,
  ) {}

  /** Begins all lanes that run, or all at the first time: a new count for every choice, so that they stay comparable. */
  begin(choice: Partial<Choice> = {}): void {
    const other = choice.symbol !== undefined && choice.symbol !== this.choice.symbol;
    Object.assign(this.choice, choice);
    if (!this.market) return;
    if (other) {
      this.truth = new Truth();
      this.#reader = null;
    }
    const on = this.lanes.length > 0 ? this.ways.filter((way) => this.#running.has(way)) : this.ways;
    this.stop();
    this.lanes = this.ways.map((way) => this.#lane(way));
    for (const way of on) this.#run(way);
    this.changed();
  }

  /** From an instant of the server in Unix microseconds to `performance.now()`. Before the clocks were compared, they
   *  are taken to agree. */
  readonly local = (at: number) => this.#clock?.localOf(at) ?? at / 1000 - performance.timeOrigin;

  /** The same the other way round. */
  readonly serverAt = (instant: number) => (instant - this.local(0)) * 1000;

  /** The most that the clock may be wrong, in milliseconds; null before it was compared. */
  clockError(): number | null {
    return this.#clock?.error_ms() ?? null;
  }

  /** The market was changed from here: as soon as the other one begins, the lanes count anew. */
  announce(coming: Coming): void {
    this.coming = coming;
    this.#wake();
    this.changed();
  }

  isOn(way: WayName): boolean {
    return this.#running.has(way);
  }

  /** Switches one lane off, or on again with a new count. */
  toggle(way: WayName): void {
    const place = this.ways.indexOf(way);
    const running = this.#running.get(way);
    if (running) {
      running.abort();
      this.#running.delete(way);
    } else if (this.lanes[place]) {
      this.lanes[place] = this.#lane(way);
      this.#run(way);
    }
    this.changed();
  }

  stop(): void {
    for (const running of this.#running.values()) running.abort();
    this.#running.clear();
  }

  #lane(way: WayName): BoardLane {
    const turn = (epoch: string) => (epoch === this.market?.epoch ? this.market.symbols.length : 0);
    const { truth, local } = this;
    // A road tells of those whose name begins so.
    const id = `${this.roads ? 'board-' : ''}${way}-${Math.random().toString(36).slice(2, 10)}`;
    const tape = this.roads?.tape(way, id);
    return {
      way,
      id,
      record: new LaneRecord({ way, symbol: this.choice.symbol, truth, local, turn, tape }),
      account: tape ?? new Account(way),
      since: performance.now(),
    };
  }

  #run(way: WayName): void {
    const { id, record } = this.lanes[this.ways.indexOf(way)]!;
    const query = `symbols=${encodeURIComponent(this.choice.symbol)}&lane=${id}`;
    const { interval_ms, hold_s } = this.choice;
    const running = new AbortController();
    this.#running.set(way, running);
    const origin = this.roads?.origin(way) ?? '';
    const lane = { topic: 'stock-price', origin, query, cursor: '', interval_ms, hold_s };
    void (this.roads?.run ?? run)(way, lane, record, running.signal);
  }

  /** What is read once a second: one request after the other, because a browser opens six connections to a host and
   *  three lanes each hold one. */
  async chores(signal: AbortSignal): Promise<void> {
    this.#clock = keepTime(signal);
    afterAbsence(() => {
      this.rested = performance.now();
      this.begin();
    }, signal);
    const get = async (path: string): Promise<unknown> => {
      const either = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
      const answer = await fetch(path, { signal: either, cache: 'no-store' });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return answer.json();
    };
    while (!signal.aborted) {
      try {
        if (!document.hidden) await this.#round(get);
        this.away = false;
      } catch {
        this.away = true; // the lanes say so themselves, and the next round asks again
      }
      if (!signal.aborted) this.changed();
      const wait_ms = Math.min(1000, Math.max(NEAR_MS, this.#untilComing()));
      await new Promise<void>((done) => {
        this.#wake = done;
        setTimeout(done, wait_ms);
      });
    }
  }

  /** How long until the announced market begins, in milliseconds. */
  #untilComing(): number {
    return this.coming ? this.local(this.coming.at_us) - performance.now() : Infinity;
  }

  async #round(get: (path: string) => Promise<unknown>): Promise<void> {
    const market = this.market ?? (await this.#survey(get));
    const path = `/poll/stock-price?symbols=${encodeURIComponent(this.choice.symbol)}`;
    this.#reader ??= new TruthReader(this.truth, path, `${market.epoch}-${this.#past}`);
    let told = '';
    try {
      await this.#reader.step(async (path) => {
        const answer = (await get(path)) as { epoch: string };
        told = answer.epoch;
        return answer;
      });
    } catch (lost) {
      // Perhaps the symbol has gone with its market, and there is another one now.
      if ((await this.#survey(get)).epoch === market.epoch) throw lost;
      return;
    }
    if (told !== market.epoch || this.#untilComing() <= 0) await this.#survey(get);
    for (const { way, id, account } of this.lanes) {
      if (!(account instanceof Account) || !this.isOn(way)) continue;
      account.take((await get(`/api/stats?lane=${id}`)) as Parameters<Account['take']>[0]);
    }
  }

  /** What the market is. Another rate or other symbols are no loss: then all lanes count anew. */
  async #survey(get: (path: string) => Promise<unknown>): Promise<Market> {
    const { market, next_epoch, topics } = (await get('/api/info')) as {
      market: Market;
      next_epoch: Coming | null;
      topics: { name: string; head: number }[];
    };
    const before = this.market;
    this.market = market;
    this.coming = next_epoch;
    if (before?.epoch === market.epoch) return market;
    const head = topics.find(({ name }) => name === 'stock-price')?.head ?? 0;
    this.#past = Math.max(0, head - Math.ceil(market.rate * PAST_S));
    this.#reader = null;
    const other = before?.rate !== market.rate || before.symbols.length !== market.symbols.length;
    if (!market.symbols.includes(this.choice.symbol)) this.begin({ symbol: market.symbols[0]! });
    else if (other) this.begin();
    return market;
  }
}
