// What really passed on the wire for one lane of this page, as its road told it (a class only): counted, and the newest
// of it kept for the picture. What the client believes of the same is in record.ts. No drawing, no DOM.

import type { Mark, MarkKind } from '../class/state.ts';
import type { Counts, Ledger, Passed } from './account.ts';
import { firstFrom } from './age.ts';

/** How many pieces are kept. Twice as many are held before the older half goes. */
const KEPT = 8192;

/** The question that was open at an instant lies at most so many pieces before it: after it come an answer's head and
 *  body. */
const SINCE_ASKED = 8;

const NOTHING: Passed = { requests: 0, connections: 0, bytes_up: 0, bytes_down: 0 };

/** One piece: a head, a body, an event, a frame. Instants are Unix microseconds of the server. */
export interface Piece {
  connection: number;
  up: boolean;
  kind: MarkKind;
  came_us: number;
  went_us: number;
  /** The newest event in it. */
  seq: number | null;
}

export class Tape implements Ledger {
  /** Ascending by `went_us`, as they were told. */
  readonly pieces: Piece[] = [];
  atLeast = false;
  #open = new Set<number>();
  #missed = -Infinity;
  #counts: Passed = { ...NOTHING };
  /** The counts at the last instant at which something was missed. */
  #before: Passed = NOTHING;

  get open(): number {
    return this.#open.size;
  }

  /** Takes a mark of this lane's client. */
  take([, connection, up, kind, came_us, went_us, bytes, seq]: Mark): void {
    if (kind === 'ended') return void this.#open.delete(connection);
    if (!this.#open.has(connection)) this.#counts.connections += 1;
    this.#open.add(connection);
    if (kind === 'opened') return;
    // What was lost on the way was not handed on: it is drawn, and not counted.
    if (kind === 'request') this.#counts.requests += 1;
    if (kind !== 'lost') this.#counts[up ? 'bytes_up' : 'bytes_down'] += bytes;
    this.pieces.push({ connection, up, kind, came_us, went_us, seq });
    if (this.pieces.length > 2 * KEPT) this.pieces.splice(0, KEPT);
  }

  /** Whether it knows all that passed since an instant of `performance.now()`. */
  tells(from: number): boolean {
    return this.pieces.length > 0 && this.#missed < from;
  }

  /** Up to an instant of `performance.now()` something passed that nobody told: all counts are the least that it can have
   *  been. */
  miss(until: number): void {
    this.#missed = until;
    this.#before = { ...this.#counts };
    this.atLeast = true;
  }

  /** Null before anything was told. A road does not know which events are new to the lane: `received` says how many. */
  total(received: number): Counts | null {
    return this.#counts.connections > 0 ? { ...this.#counts, events: received } : null;
  }

  unbroken(): { passed: Passed; from: number } | null {
    if (this.#counts.connections === 0 || this.#missed === Infinity) return null;
    const [now, before] = [this.#counts, this.#before];
    const passed = {
      requests: now.requests - before.requests,
      connections: now.connections - before.connections,
      bytes_up: now.bytes_up - before.bytes_up,
      bytes_down: now.bytes_down - before.bytes_down,
    };
    return { passed, from: this.#missed };
  }

  /** What was handed on or lost between two instants, from the question on that may have been open at the first. */
  between(from_us: number, to_us: number): Piece[] {
    const went = ({ went_us }: Piece) => went_us;
    const begin = firstFrom(this.pieces, from_us, went);
    const before = this.pieces.slice(Math.max(0, begin - SINCE_ASKED), begin);
    const question = before.findLastIndex(({ kind }) => kind === 'request');
    return this.pieces.slice(
      question < 0 ? begin : begin - before.length + question,
      firstFrom(this.pieces, to_us, went),
    );
  }
}
