// The roads of a class as somebody else finds them: a client that is none of the page's, on connections of its own. What
// the page and the class say of a fault is held against this. And what the class tells its boards of their own bytes.

import { get, type IncomingMessage } from 'node:http';

import { expect, type Page } from '@playwright/test';

import type { Mark, MarkKind, Told } from '../src/class/state.ts';
import type { WayName } from '../src/types.ts';
import { PATIENCE } from './class.ts';

export interface Answer {
  status: number;
  retryAfter: string | undefined;
  bytes: number;
  /** From the request to the end of the answer. */
  ms: number;
}

/** One request on a connection of its own. */
export function ask(road: string, path = '/api/time'): Promise<Answer> {
  const asked = performance.now();
  return new Promise((done, fail) => {
    const take = (answer: IncomingMessage) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('error', fail);
      answer.on('end', () => {
        const { statusCode: status = 0, headers } = answer;
        done({ status, retryAfter: headers['retry-after'], bytes, ms: performance.now() - asked });
      });
    };
    get(road + path, { agent: false }, take).on('error', fail);
  });
}

/** An event of a stream: its number, and how old it was when it came. */
interface Heard {
  seq: number;
  age_ms: number;
}

/** An SSE stream, listened to until it ends. */
export class Stream {
  readonly heard: Heard[] = [];
  /** `whole`: the server ended it in good order; `broken`: it was cut off. */
  end: 'whole' | 'broken' | null = null;
  #request;
  #rest = '';

  constructor(road: string) {
    this.#request = get(`${road}/sse/stock-price`, { agent: false }, (answer) => {
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => this.#take(text));
      answer.on('end', () => (this.end ??= 'whole'));
      answer.on('error', () => (this.end ??= 'broken'));
    });
    this.#request.on('error', () => (this.end ??= 'broken'));
  }

  /** Waits until so many events more have come. */
  async more(events: number): Promise<void> {
    const before = this.heard.length;
    await expect.poll(() => this.heard.length - before, PATIENCE).toBeGreaterThanOrEqual(events);
  }

  async ended(): Promise<'whole' | 'broken'> {
    await expect.poll(() => this.end, PATIENCE).not.toBeNull();
    return this.end!;
  }

  close(): void {
    this.#request.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop()!;
    for (const block of blocks) {
      const data = /^data: (\{"seq".*)$/m.exec(block)?.[1];
      if (!data) continue;
      const { seq, at } = JSON.parse(data) as { seq: number; at: number };
      this.heard.push({ seq, age_ms: Date.now() - at / 1000 });
    }
  }
}

/** One piece of the wire, as the class told it to a board. */
export interface Passed {
  way: WayName;
  connection: number;
  up: boolean;
  kind: MarkKind;
  came_us: number;
  went_us: number;
  bytes: number;
  seq: number | null;
}

/** All pieces that a page is told of from now on; to be called before it is opened. */
export function marksOf(page: Page): Passed[] {
  const passed: Passed[] = [];
  const take = ([client, connection, up, kind, came_us, went_us, bytes, seq]: Mark) => {
    const way = /^board-(.*)-\w+$/.exec(client)?.[1] as WayName;
    passed.push({ way, connection, up, kind, came_us, went_us, bytes, seq });
  };
  onTold(page, (told) => told.type === 'taps' && told.marks.forEach(take));
  return passed;
}

/** How often a page has been told what the lanes use; to be called before it is opened. */
export function costsOf(page: Page): () => number {
  let times = 0;
  onTold(page, (told) => (times += told.type === 'cost' ? 1 : 0));
  return () => times;
}

function onTold(page: Page, take: (told: Told) => void): void {
  page.on('websocket', (socket) => {
    if (!socket.url().endsWith('/api/class/live')) return;
    socket.on('framereceived', ({ payload }) => take(JSON.parse(String(payload)) as Told));
  });
}
