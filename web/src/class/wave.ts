// The class as dots: which phones have got the newest tick that is shown. Pure.

import type { ClassMarket } from './state.ts';

/** From tick to tick, in milliseconds: dots that empty and fill more than three times a second would flash. */
const TICK_MS = 400;
/** Ticks a second of which phones tell. Nobody sees more of a wave. */
const TICKS_PER_S = 4;

/** Whether all phones tell of this tick. Of a fast market it is every n-th of a symbol, so that they tell of the same
 *  ones; the symbols take turns. */
export function isInWave(seq: number, { rate, symbols }: Pick<ClassMarket, 'rate' | 'symbols'>): boolean {
  const every = Math.max(1, Math.ceil(rate / symbols.length / TICKS_PER_S));
  return Math.floor((seq - 1) / symbols.length) % every === 0;
}

interface Tick {
  seq: number;
  got: Set<number>;
}

export class Wave {
  #tick: Tick = { seq: 0, got: new Set() };
  #since = -Infinity;
  /** A newer one that is not shown yet. */
  #next: Tick | null = null;
  /** All phones that ever told of a tick, the last to do so at the end. */
  readonly #phones = new Set<number>();

  /** These phones got this tick; `now` in milliseconds. */
  take(seq: number, phones: readonly number[], now: number): void {
    for (const phone of phones) {
      this.#phones.delete(phone);
      this.#phones.add(phone);
    }
    if (seq > this.#tick.seq && seq > (this.#next?.seq ?? 0)) this.#next = { seq, got: new Set() };
    const tick = [this.#tick, this.#next].find((known) => known?.seq === seq);
    for (const phone of phones) tick?.got.add(phone);
    this.step(now);
  }

  /** Goes on to the next tick, if there is one and the last has been seen for long enough. */
  step(now: number): void {
    if (!this.#next || now - this.#since < TICK_MS) return;
    this.#tick = this.#next;
    this.#next = null;
    this.#since = now;
  }

  /** Numbers begin anew. */
  reset(): void {
    this.#tick = { seq: 0, got: new Set() };
    this.#next = null;
  }

  /** One for each joined phone, by its number: whether it got the tick. Those that never told of any stand last. */
  dots(joined: number): boolean[] {
    const told = [...this.#phones].slice(Math.max(0, this.#phones.size - joined)).toSorted((a, b) => a - b);
    return Array.from({ length: joined }, (_, place) => this.#tick.got.has(told[place] ?? NaN));
  }
}
