// One try to get through to the server, be it a stream, a WebSocket or a request: how it stood, and from when to when.

/** `waiting`: nothing was heard of it yet; a budget that is used up is one reason. `open`: it has a connection. `fed`:
 *  the connection of another brings it what comes. `answered`: it is done. `lost`: it was cut or refused, or nobody is
 *  there. `closed`: we let go of it. */
export type Stage = 'waiting' | 'open' | 'fed' | 'answered' | 'lost' | 'closed';

/** Instants are `performance.now()`, in milliseconds; `to` is null as long as it lasts. */
export interface Span {
  stage: Stage;
  from: number;
  to: number | null;
}

export class Attempt {
  readonly spans: Span[];
  /** Events that came to it. */
  events = 0;
  readonly #asked: number;

  constructor(asked: number) {
    this.#asked = asked;
    this.spans = [{ stage: 'waiting', from: asked, to: null }];
  }

  get stage(): Stage {
    return this.#last.stage;
  }

  /** After `answered` and `closed` nothing changes any more. */
  become(stage: Stage, at: number): void {
    if (this.#last.stage === stage || this.#last.to !== null) return;
    this.#last.to = at;
    this.spans.push({ stage, from: at, to: stage === 'answered' || stage === 'closed' ? at : null });
  }

  /** How long it took until it got through for the first time, in milliseconds; null if it has not. */
  get after_ms(): number | null {
    const through = this.spans.find(({ stage }) => stage === 'open' || stage === 'fed' || stage === 'answered');
    return through ? through.from - this.#asked : null;
  }

  /** How long it has been as it is now, in milliseconds. */
  since_ms(now: number): number {
    return now - this.#last.from;
  }

  get #last(): Span {
    return this.spans.at(-1)!;
  }
}
