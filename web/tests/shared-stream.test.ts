// One stream for many readers: with Web Locks and without, one holds it, all hear it, and the next one goes on without a
// hole. The channels are Node's own; the streams and the locks are played here.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Stage } from '../src/class/budget/attempt.ts';
import { byLock, byWord, type Elect } from '../src/class/budget/elect.ts';
import { NAME, shared } from '../src/class/budget/shared.ts';

/** A stream that says what the test wants. */
class Stream {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string; lastEventId: string }) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    Stream.all.push(this);
  }

  static get live(): Stream[] {
    return Stream.all.filter(({ readyState }) => readyState !== Stream.CLOSED);
  }

  opens(): void {
    this.readyState = Stream.OPEN;
    this.onopen?.();
  }

  says(seq: number): void {
    this.onmessage?.({ data: `{"seq":${seq}}`, lastEventId: `aaaaaa-${seq}` });
  }

  close(): void {
    this.readyState = Stream.CLOSED;
  }
}

/** One at a time, in the order in which they came (Web Locks API). */
class Locks {
  #line: Promise<unknown> = Promise.resolve();

  request(_name: string, { signal }: { signal: AbortSignal }, held: () => Promise<void>): Promise<void> {
    const turn = this.#line.then(() => {
      if (signal.aborted) throw signal.reason;
      return held();
    });
    this.#line = turn.catch(() => {});
    return turn;
  }
}

interface Reader {
  stage: Stage;
  events: number;
  leave: () => void;
}
const readers: Reader[] = [];

function join(elect: Elect): Reader {
  const reader: Reader = { stage: 'waiting', events: 0, leave: () => {} };
  reader.leave = shared(elect)(1, { become: (stage) => (reader.stage = stage), event: () => (reader.events += 1) });
  readers.push(reader);
  return reader;
}
const stages = () => readers.map(({ stage }) => stage).toSorted();
/** For what comes over a channel, and for who takes over. */
const soon = (look: () => void) => vi.waitFor(look, { timeout: 8000, interval: 5 });

/** What is drawn one after the other. Apart enough that no two claim at once, unless the test wants it. */
let drawn: number[];

beforeEach(() => {
  // Real messages, but waits that pass only while somebody looks: nothing happens between two looks but what is said.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  drawn = Array.from({ length: 500 }, (_, index) => (index * 0.37) % 1);
  vi.spyOn(Math, 'random').mockImplementation(() => drawn.shift()!);
  Stream.all = [];
  vi.stubGlobal('EventSource', Stream);
  vi.stubGlobal('navigator', { locks: new Locks() });
});
afterEach(() => {
  for (const { leave } of readers.splice(0)) leave();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe.each([
  ['a Web Lock', () => byLock(NAME)],
  ['words', () => byWord(`${NAME}-holder`)],
])('by %s', (_, elect) => {
  it('one holds the stream and all hear it, who comes later too', async () => {
    for (let count = 0; count < 3; count++) join(elect());
    await soon(() => expect(Stream.live.length).toBe(1));
    const [stream] = Stream.live;
    stream!.opens();
    await soon(() => expect(stages()).toEqual(['fed', 'fed', 'open']));
    join(elect());
    await soon(() => expect(stages()).toEqual(['fed', 'fed', 'fed', 'open']));
    stream!.says(1);
    stream!.says(2);
    await soon(() => expect(readers.map(({ events }) => events)).toEqual([2, 2, 2, 2]));
    expect(Stream.all.length).toBe(1);
  });

  it('the next one goes on after the last event, each heard once', async () => {
    for (let count = 0; count < 3; count++) join(elect());
    await soon(() => expect(Stream.live.length).toBe(1));
    Stream.live[0]!.opens();
    Stream.live[0]!.says(7);
    await soon(() => expect(readers.map(({ events }) => events)).toEqual([1, 1, 1]));
    const [holder] = readers.splice(
      readers.findIndex(({ stage }) => stage === 'open'),
      1,
    );
    holder!.leave();
    await soon(() => expect(Stream.live.length).toBe(1));
    expect(Stream.live[0]!.url).toContain('&after=aaaaaa-7');
    Stream.live[0]!.opens();
    Stream.live[0]!.says(8);
    await soon(() => expect(readers.map(({ events }) => events)).toEqual([2, 2]));
    expect(stages()).toEqual(['fed', 'open']);
    expect(holder!.events).toBe(1);
  });

  it('who leaves before it was its turn never holds it', async () => {
    const first = join(elect());
    await soon(() => expect(Stream.live.length).toBe(1));
    const [second, third] = [join(elect()), join(elect())];
    second.leave();
    first.leave();
    await soon(() => expect(Stream.live.length).toBe(1));
    Stream.live[0]!.opens();
    await soon(() => expect(third.stage).toBe('open'));
    expect(Stream.all.length).toBe(2);
  });
});

describe('a stream that is cut', () => {
  it('is known to all, and so is its return', async () => {
    join(byLock(NAME));
    join(byLock(NAME));
    await soon(() => expect(Stream.live.length).toBe(1));
    const [stream] = Stream.live;
    stream!.opens();
    await soon(() => expect(stages()).toEqual(['fed', 'open']));
    stream!.onerror?.();
    await soon(() => expect(stages()).toEqual(['lost', 'lost']));
    stream!.opens();
    await soon(() => expect(stages()).toEqual(['fed', 'open']));
  });
});

describe('an event', () => {
  it('that is passed on twice is heard once', async () => {
    const reader = join(() => {}); // it never holds the stream
    const others = new BroadcastChannel(NAME);
    for (const seq of [3, 3, 2, 10]) others.postMessage({ kind: 'event', cursor: `aaaaaa-${seq}`, data: '{}' });
    others.postMessage({ kind: 'event', cursor: 'bbbbbb-1', data: '{}' });
    others.postMessage({ kind: 'lost' });
    await soon(() => expect(reader.stage).toBe('lost'));
    others.close();
    expect(reader.events).toBe(3);
  });
});

describe('who answers', () => {
  it('keeps the stream however often it is asked who holds it', async () => {
    const asked = vi.fn();
    const ear = new BroadcastChannel(`${NAME}-holder`);
    ear.onmessage = ({ data }: MessageEvent<{ kind: string }>) => data.kind === 'who' && asked();
    for (let count = 0; count < 3; count++) join(byWord(`${NAME}-holder`));
    await soon(() => expect(Stream.all.length).toBe(1));
    asked.mockClear();
    await soon(() => {
      vi.advanceTimersByTime(50); // each believes an answer for 3 s at least
      expect(asked.mock.calls.length).toBeGreaterThan(6);
    });
    ear.close();
    expect(Stream.all.length).toBe(1);
  });
});

describe('two who claim at the same moment', () => {
  it('are one after a word', async () => {
    // Both draw the same wait, after the numbers by which one of them gives way.
    drawn.unshift(0.7, 0, 0.2, 0);
    join(byWord(`${NAME}-holder`));
    join(byWord(`${NAME}-holder`));
    await soon(() => expect(Stream.all.length).toBe(2));
    await soon(() => expect(Stream.live.length).toBe(1));
    expect(Stream.live[0]).toBe(Stream.all[1]); // of the one with the smaller number
    Stream.live[0]!.opens();
    await soon(() => expect(readers.map(({ stage }) => stage)).toEqual(['fed', 'open']));
  });
});
