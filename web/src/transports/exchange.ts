// One exchange between browser and server, told from its beginning to its end: a request, or a connection
// that lasts.

import type { Gap, Quote, Tell } from '../types';
import { Refused } from './shared';

/** How long an answer may take that is not held. */
export const PATIENCE_MS = 10_000;

/** The answer of polling and long polling. */
interface Body {
  epoch: string;
  cursor: string;
  events: Quote[];
  gap: Gap | null;
  end: boolean;
}

interface Question {
  limit_ms: number;
  /** The browser keeps the answer and asks whether it still is right. This is the tag of the last one that we
   *  had: the same once more is no news. */
  kept?: string;
}

let id_last = 0;

/** Asked when it is made, closed once. */
export class Exchange {
  readonly #id = ++id_last;
  readonly #tell: Tell;
  #open = true;

  constructor(tell: Tell) {
    this.#tell = tell;
    tell.asked(this.#id, performance.now());
  }

  get open(): boolean {
    return this.#open;
  }

  answered(news: boolean): void {
    this.#tell.answered(this.#id, performance.now(), news);
  }

  closed(lost: boolean): void {
    if (!this.#open) return;
    this.#open = false;
    this.#tell.closed(this.#id, performance.now(), lost);
  }
}

/** One request and its whole answer; the body is null if there was no news (204, 304, the kept one again).
 *  Throws otherwise. */
export function ask(url: string, question: Question, tell: Tell, signal: AbortSignal) {
  return request<Body>(url, question, tell, signal, (answer) => answer.json());
}

/** EventSource and WebSocket hide why they were not let in. Asks `url` plainly: a status, or thrown as
 *  `Refused`. */
export async function why(url: string, tell: Tell, signal: AbortSignal): Promise<number> {
  const head = (answer: Response) => answer.body?.cancel(); // a stream would go on for ever
  return (await request(url, { limit_ms: PATIENCE_MS }, tell, signal, head)).status;
}

async function request<T>(
  url: string,
  { limit_ms, kept }: Question,
  tell: Tell,
  signal: AbortSignal,
  read: (answer: Response) => Promise<T> | undefined,
) {
  const exchange = new Exchange(tell);
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limit_ms)]);
    const answer = await fetch(url, { cache: kept === undefined ? 'no-store' : 'no-cache', signal: limit });
    const news = answer.status === 200 && (!kept || answer.headers.get('ETag') !== kept);
    // Any other answer is read to its end too, so that its connection can serve again.
    const body = news ? await read(answer) : void (await answer.text());
    exchange.answered(news);
    if (!answer.ok && answer.status !== 304) throw new Refused(answer);
    exchange.closed(false);
    return { status: answer.status, headers: answer.headers, body: body ?? null };
  } catch (lost) {
    exchange.closed(!signal.aborted);
    throw lost;
  }
}
