// Four clients of this page's own, one on each lane, and what their lanes' proxies keep of them. The board's clients
// rest while their page is not seen, so the inspector cannot count on them. Browser only.

import { run } from '../../transports/run.ts';
import type { Tell, WayName } from '../../types.ts';
import { WAYS } from '../../words.ts';
import { dissect } from './dissect.ts';
import { exchangesOf, type Exchange } from './exchanges.ts';
import { pieceOf, type Piece, type Told } from './piece.ts';
import type { ByWay } from './same-update.ts';

/** What is kept of the four lanes at one moment. */
export interface Still {
  lanes: ByWay<Exchange[]>;
  /** When the newest request of each connection passed, as far as this page has seen it: Unix microseconds. */
  asked: ByWay<ReadonlyMap<number, number>>;
}

interface Market {
  /** Where each lane is: its origin, as in `http://192.168.1.20:8084`. */
  origins: ByWay<string>;
  symbol: string;
}

/** As on the board: with these, polling is calm and a hold is long. */
const [INTERVAL_MS, HOLD_S] = [2000, 25];
const PATIENCE_MS = 5000;
const QUIET: Tell = { state() {}, asked() {}, answered() {}, closed() {}, event() {}, gap() {}, end() {} };

export class Collector {
  readonly #life = new AbortController();
  readonly #ids = byWay((way) => `board-${way}-wire-${Math.random().toString(36).slice(2, 10)}`);
  readonly #asked = byWay(() => new Map<number, number>());

  constructor({ origins, symbol }: Market) {
    for (const way of WAYS) {
      const query = `symbols=${encodeURIComponent(symbol)}&lane=${this.#ids[way]}`;
      const lane = { topic: 'stock-price', query, cursor: '', interval_ms: INTERVAL_MS, hold_s: HOLD_S };
      void run(way, { ...lane, origin: origins[way] }, QUIET, this.#life.signal);
    }
  }

  /** Reads all lanes once. Rejects if the server does not answer. */
  async still(): Promise<Still> {
    const read = await Promise.all(WAYS.map((way) => this.#read(way)));
    const lanes = byWay((_, place) => exchangesOf(dissect(read[place]!)));
    return { lanes, asked: byWay((way) => new Map(this.#asked[way])) };
  }

  stop(): void {
    this.#life.abort();
  }

  async #read(way: WayName): Promise<Piece[]> {
    const path = `/api/class/exchanges?lane=${way}&client=${this.#ids[way]}`;
    const signal = AbortSignal.any([this.#life.signal, AbortSignal.timeout(PATIENCE_MS)]);
    const answer = await fetch(path, { cache: 'no-store', signal });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    const pieces = ((await answer.json()) as Told[]).map(pieceOf);
    this.#remember(way, pieces);
    return pieces;
  }

  /** A stream's request leaves the server's memory long before the stream ends. */
  #remember(way: WayName, pieces: readonly Piece[]): void {
    const known = this.#asked[way];
    for (const { kind, connection, came_us } of pieces) if (kind === 'request') known.set(connection, came_us);
    const here = new Set(pieces.map(({ connection }) => connection));
    for (const connection of known.keys()) if (!here.has(connection)) known.delete(connection);
  }
}

const byWay = <T>(make: (way: WayName, place: number) => T) =>
  Object.fromEntries(WAYS.map((way, place) => [way, make(way, place)])) as ByWay<T>;
