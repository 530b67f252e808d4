// The experiment: several connections are asked for at once, and when no more of them come, one plain request. Whether
// that gets through is the result.

import { Attempt, type Stage } from './attempt.ts';

/** No other one came for so long: the rest will not come by itself. */
const SETTLED_MS = 1000;
/** A request that has waited for so long hangs; the same as in claim C08. */
export const PATIENCE_MS = 4000;
/** While something waits, the other tabs of this origin hang as well: not for longer than this. */
export const GIVE_BACK_MS = 30_000;

/** By this an opener tells how one connection does. What is told after it was let go of is not heard. */
export interface Hand {
  become(stage: Stage): void;
  event(): void;
}

/** Asks for the connection of this number, counted from 1. What it returns lets go of it. */
export type Opener = (number: number, hand: Hand) => () => void;

export interface Result {
  of: number;
  open: number;
  fed: number;
  waiting: number;
  lost: number;
  /** Of the plain request; `hangs` after `PATIENCE_MS`. */
  request: { answered_ms: number } | 'hangs' | 'lost';
}

interface Held {
  attempt: Attempt;
  leave: () => void;
}

export class Lab {
  /** When the newest round began, by `performance.now()`. */
  began = 0;
  /** When all of it was closed; null before that. */
  ended: number | null = null;
  /** Whether it was closed because something had waited for too long. */
  gaveBack = false;
  /** The plain request, once it was made. */
  request: Attempt | null = null;
  result: Result | null = null;
  #held: Held[] = [];
  #round = new AbortController();

  /** `ask` makes the plain request, and fails if it gets no answer. */
  constructor(
    private readonly ask: (signal: AbortSignal) => Promise<void>,
    private readonly changed: () => void,
  ) {}

  get attempts(): readonly Attempt[] {
    return this.#held.map(({ attempt }) => attempt);
  }

  count(stage: Stage): number {
    return this.#held.filter(({ attempt }) => attempt.stage === stage).length;
  }

  /** Begins a round. What was open before is closed. */
  open(many: number, opener: Opener): void {
    this.clear();
    const { signal } = (this.#round = new AbortController());
    this.began = performance.now();
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const settle = () => {
      clearTimeout(quiet);
      if (this.request || this.#held.length < many) return;
      const wait_ms = this.count('waiting') > 0 ? SETTLED_MS : 0;
      quiet = setTimeout(() => void this.#askFor(signal), wait_ms);
    };
    for (let number = 1; number <= many; number++) {
      const attempt = new Attempt(performance.now());
      const held: Held = { attempt, leave: () => {} };
      this.#held.push(held);
      held.leave = opener(number, {
        become: (stage) => {
          attempt.become(stage, performance.now());
          if (signal.aborted) return;
          settle();
          this.changed();
        },
        event: () => {
          if (attempt.stage !== 'closed') attempt.events += 1;
        },
      });
    }
    settle();
    const limit = setTimeout(() => this.#giveBack(), GIVE_BACK_MS);
    signal.addEventListener('abort', () => {
      clearTimeout(quiet);
      clearTimeout(limit);
    });
    this.changed();
  }

  /** Lets go of the first that has a connection: another one can have its place. */
  closeOne(): void {
    const held = this.#held.find(({ attempt }) => attempt.stage === 'open');
    if (held) release(held);
    this.changed();
  }

  /** Lets go of everything. */
  close(): void {
    if (this.#held.length === 0 || this.ended !== null) return;
    this.ended = performance.now();
    this.#round.abort();
    this.#held.forEach(release);
    this.request?.become('closed', this.ended);
    this.changed();
  }

  /** Closes, and forgets the round. */
  clear(): void {
    this.close();
    this.#held = [];
    [this.request, this.result, this.ended, this.gaveBack] = [null, null, null, false];
    this.changed();
  }

  async #askFor(signal: AbortSignal): Promise<void> {
    const request = new Attempt(performance.now());
    this.request = request;
    const patience = setTimeout(() => this.#conclude('hangs'), PATIENCE_MS);
    signal.addEventListener('abort', () => clearTimeout(patience));
    this.changed();
    const stage = await this.ask(signal).then(
      () => 'answered' as const,
      () => 'lost' as const,
    );
    clearTimeout(patience);
    if (signal.aborted) return;
    request.become(stage, performance.now());
    this.#conclude(stage === 'lost' ? stage : { answered_ms: request.after_ms ?? 0 });
  }

  /** The first word counts: a request that was let through later, because something was closed, did hang. */
  #conclude(request: Result['request']): void {
    this.result ??= {
      of: this.#held.length,
      open: this.count('open'),
      fed: this.count('fed'),
      waiting: this.count('waiting'),
      lost: this.count('lost'),
      request,
    };
    this.changed();
  }

  #giveBack(): void {
    if (this.count('waiting') === 0 && this.request?.stage !== 'waiting') return;
    this.gaveBack = true;
    this.close();
  }
}

function release({ attempt, leave }: Held): void {
  if (attempt.stage === 'closed') return;
  attempt.become('closed', performance.now());
  leave();
}
