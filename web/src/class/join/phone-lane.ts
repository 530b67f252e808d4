// One lane on a phone: its client, what it has heard, and the true price beside it. No drawing; browser only.

import type { Clock } from '../../clock.ts';
import { AT_FIRST } from '../../components/settings.ts';
import { LaneRecord } from '../../lane/record.ts';
import { Truth, TruthReader } from '../../lane/truth.ts';
import { run } from '../../transports/run.ts';
import { rest } from '../../transports/shared.ts';
import type { Lane, Quote, WayName } from '../../types.ts';
import { forgetful } from '../scenes/forget.ts';
import type { BoardWish } from '../scenes/types.ts';
import type { ClassMarket } from '../state.ts';
import { Sleep } from './sleep.ts';

/** How often the true price is read, and how soon it is tried again while the clock is not known, in milliseconds. */
const READ_MS = 1000;
const SOON_MS = 100;
const PATIENCE_MS = 5000;
/** How much of the past is read at the start, in seconds. */
const PAST_S = 10;

/** How a client behaves; a demo may wish for something else. */
export type Habit = Pick<BoardWish, 'interval_s' | 'hold_s' | 'forget'>;

interface Options {
  way: WayName;
  /** Where the lane is served, as in `http://192.168.1.20:8084`. */
  origin: string;
  market: ClassMarket;
  cursor: string;
  habit: Habit;
  clock: Clock;
  /** A price of the shown symbol has come. */
  got(epoch: string, seq: number): void;
}

export class PhoneLane {
  /** When it began, `performance.now()`. */
  readonly since = performance.now();
  readonly truth = new Truth();
  readonly record: LaneRecord;
  readonly sleep: Sleep;
  readonly #of: Options;
  readonly #lane: Lane;
  readonly #life = new AbortController();

  constructor(of: Options) {
    this.#of = of;
    const { way, origin, market, cursor, habit } = of;
    // All phones and the board look at the same one, as long as there is one.
    const symbol = market.symbols.find((known) => known === AT_FIRST.symbol) ?? market.symbols[0] ?? AT_FIRST.symbol;
    const turn = (epoch: string) => (epoch === market.epoch ? market.symbols.length : 0);
    const options = { way, symbol, truth: this.truth, local: this.local, turn };
    this.record = new Noted(options, (epoch, seq) => of.got(epoch, seq));
    this.sleep = new Sleep(this.record);
    this.#lane = {
      topic: 'stock-price',
      origin,
      query: `symbols=${encodeURIComponent(symbol)}`,
      cursor,
      interval_ms: habit.interval_s * 1000,
      hold_s: habit.hold_s,
    };
    const { signal } = this.#life;
    void (habit.forget
      ? forgetful(run, way, this.#lane, this.record, signal)
      : run(way, this.#lane, this.record, signal));
    void this.#readTruth(signal);
  }

  get way(): WayName {
    return this.#of.way;
  }

  /** What it heard last. */
  get cursor(): string {
    return this.#lane.cursor;
  }

  /** From an instant of the server in Unix microseconds to `performance.now()`. Before the clocks were compared, they
   *  are taken to agree. */
  readonly local = (at: number): number => this.#of.clock.localOf(at) ?? at / 1000 - performance.timeOrigin;

  /** The same the other way round. */
  readonly serverAt = (instant: number): number => (instant - this.local(0)) * 1000;

  stop(): void {
    this.#life.abort();
  }

  /** The true price, from the page's own server, once a second while somebody looks. */
  async #readTruth(signal: AbortSignal): Promise<void> {
    const get = async (path: string): Promise<unknown> => {
      const either = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
      const answer = await fetch(path, { signal: either, cache: 'no-store' });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return answer.json();
    };
    let reader: TruthReader | null = null;
    while (!signal.aborted) {
      // A phone's own clock may be minutes off, and with it the number to begin with.
      const known = this.#of.clock.error_ms() !== null;
      if (known && !document.hidden) {
        reader ??= new TruthReader(this.truth, `/poll/stock-price?${this.#lane.query}`, this.#past());
        await reader.step(get).catch(() => {}); // the next one asks for the same
      }
      await rest(known ? READ_MS : SOON_MS, signal).catch(() => {});
    }
  }

  #past(): string {
    const { epoch, rate, start_us } = this.#of.market;
    const now_s = (this.serverAt(performance.now()) - start_us) / 1e6;
    return `${epoch}-${Math.max(0, Math.floor((now_s - PAST_S) * rate))}`;
  }
}

/** A record that says at once what it heard. */
class Noted extends LaneRecord {
  readonly #got: (epoch: string, seq: number) => void;

  constructor(of: LaneRecord['of'], got: (epoch: string, seq: number) => void) {
    super(of);
    this.#got = got;
  }

  override event(epoch: string, event: Quote, at: number): void {
    super.event(epoch, event, at);
    if (event.symbol === this.of.symbol) this.#got(epoch, event.seq);
  }
}
