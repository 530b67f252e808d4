// The live connection of a class, with a server that is played: what is told reaches those who listen, what a phone says
// arrives, it comes back by itself, and every refusal is told with the server's words.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { findClass, type Live } from '../src/class/live.ts';
import type { ClassState } from '../src/class/state.ts';
import { token } from '../src/presenter.ts';

const STATE = { lanes: [], market: { epoch: 'aaaaaa' }, bets: { open: false } } as unknown as ClassState;

/** The page's end of a connection. */
class PlayedSocket {
  static OPEN = 1;
  static all: PlayedSocket[] = [];
  readyState = 0;
  said: unknown[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;

  constructor(readonly url: URL) {
    PlayedSocket.all.push(this);
  }

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
    this.tell({ type: 'class', ...STATE });
  }

  tell(told: object): void {
    this.onmessage?.({ data: JSON.stringify(told) });
  }

  lose(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

const newest = () => PlayedSocket.all.at(-1)!;
let store: Map<string, string>;
let asked: number;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  PlayedSocket.all = [];
  store = new Map();
  asked = 0;
  token.value = null;
  vi.stubGlobal('location', { href: 'http://192.168.1.20:8080/en/join' });
  vi.stubGlobal('WebSocket', PlayedSocket);
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => store.get(name) ?? null,
    setItem: (name: string, value: string) => store.set(name, value),
  });
  vi.stubGlobal('fetch', async () => {
    asked += 1;
    return Response.json(STATE);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A page in a class, with its connection open; it leaves at the end. */
async function inClass(act: (live: Live) => Promise<void> | void): Promise<void> {
  const live = (await findClass())!;
  newest().open();
  await act(live);
  live.stop();
}

describe('finding the class', () => {
  it('is asked for once, and ends with the last who needs it', async () => {
    const [one, other] = await Promise.all([findClass(), findClass()]);
    expect(one).toBe(other);
    expect([asked, PlayedSocket.all.length, newest().url.href]).toEqual([
      1,
      1,
      'ws://192.168.1.20:8080/api/class/live',
    ]);
    newest().open();
    one?.stop();
    expect(newest().readyState).toBe(1);
    other?.stop();
    expect(newest().readyState).toBe(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(PlayedSocket.all).toHaveLength(1);
  });

  it('waits for a server that is away', async () => {
    const answers = [() => Promise.reject(new TypeError('away')), async () => new Response('', { status: 503 })];
    vi.stubGlobal('fetch', () => (answers.shift() ?? (async () => Response.json(STATE)))());
    const finding = findClass();
    await vi.advanceTimersByTimeAsync(60_000);
    const live = await finding;
    expect(live?.state.value).toEqual(STATE);
    live?.stop();
  });
});

describe('what is told', () => {
  it('reaches those who listen, until they do not', () =>
    inClass((live) => {
      const heard: unknown[] = [];
      const quiet = [
        live.onMarks((marks, left_out) => heard.push([marks, left_out])),
        live.onCost((lanes, at_us) => heard.push([lanes, at_us])),
        live.onWave((seq, got) => heard.push([seq, got])),
      ];
      const tell = () => {
        newest().tell({ type: 'taps', marks: [['board-sse-1']], left_out: 2 });
        newest().tell({ type: 'cost', at_us: 5, lanes: { sse: { pid: 7 } } });
        newest().tell({ type: 'wave', seq: 9, got: [1, 4] });
      };
      tell();
      expect(heard).toEqual([
        [[['board-sse-1']], 2],
        [{ sse: { pid: 7 } }, 5],
        [9, [1, 4]],
      ]);
      for (const end of quiet) end();
      tell();
      expect(heard).toHaveLength(3);
    }));

  it('stays while the connection is away, and the connection comes back', () =>
    inClass(async (live) => {
      expect(live.open.value).toBe(true);
      newest().lose();
      await vi.advanceTimersByTimeAsync(0);
      expect([live.open.value, live.state.value?.market.epoch]).toEqual([false, 'aaaaaa']);
      await vi.advanceTimersByTimeAsync(1000);
      expect(PlayedSocket.all).toHaveLength(2);
      newest().open();
      expect(live.open.value).toBe(true);
    }));

  it('is waited for on a board, whose connection is dead when it is silent; a phone may hear nothing for long', () =>
    inClass(async (live) => {
      newest().tell({ type: 'wave', seq: 1, got: [] });
      await vi.advanceTimersByTimeAsync(11_000);
      expect(PlayedSocket.all).toHaveLength(2);
      newest().open();
      live.join(null);
      newest().tell({ type: 'you', number: 3, lane: 'sse', key: '00000000000000ff' });
      await vi.advanceTimersByTimeAsync(600_000);
      expect(PlayedSocket.all).toHaveLength(2);
    }));
});

describe('a phone', () => {
  it('joins, and comes back to its number and its lane', () =>
    inClass(async (live) => {
      live.join(null);
      newest().tell({ type: 'you', number: 17, lane: 'ws', key: '00000000000000ff' });
      expect(live.you.value).toEqual({ number: 17, lane: 'ws' });
      newest().lose();
      await vi.advanceTimersByTimeAsync(1000);
      newest().open();
      expect(newest().said).toEqual([{ join: 'ws', key: '00000000000000ff' }]);
    }));

  it('says what it got, the newest ten times a second', () =>
    inClass(async (live) => {
      live.join('sse');
      for (let seq = 1; seq <= 50; seq += 1) live.got('aaaaaa', seq);
      const got = () => newest().said.filter((one) => 'got' in (one as object));
      expect(got()).toEqual([{ got: { epoch: 'aaaaaa', seq: 1 } }]);
      await vi.advanceTimersByTimeAsync(500);
      expect(got()).toEqual([{ got: { epoch: 'aaaaaa', seq: 1 } }, { got: { epoch: 'aaaaaa', seq: 50 } }]);
      live.got('aaaaaa', 51);
      live.bet('poll');
      expect(newest().said.slice(-2)).toEqual([{ got: { epoch: 'aaaaaa', seq: 51 } }, { bet: 'poll' }]);
    }));
});

describe('the presenter', () => {
  it('says who it is before anything else', async () => {
    token.value = 'abc';
    await inClass(() => expect(newest().said).toEqual([{ presenter: 'abc' }]));
  });

  it('is told why a command was refused, in the words of the server', () =>
    inClass(async (live) => {
      const problem = { title: 'count is out of range', where: 'member `count`', detail: 'it is 0 to 2000' };
      const sent: RequestInit[] = [];
      const answers = [Response.json(problem, { status: 400 }), new Response('', { status: 401 }), Response.json({})];
      vi.stubGlobal('fetch', async (_path: string, options: RequestInit) => {
        sent.push(options);
        return answers.shift();
      });
      token.value = 'abc';
      expect(await live.command({ do: 'extra', count: 9999 })).toBe('refused');
      expect(live.refused.value?.said).toBe('count is out of range, member `count`: it is 0 to 2000');
      expect(await live.command({ do: 'cut' })).toBe('token');
      expect(live.refused.value).toEqual({ why: 'token', said: '' });
      expect(await live.command({ do: 'kill', lanes: ['sse'] })).toBeNull();
      expect(live.refused.value).toBeNull();
      expect(sent[2]).toMatchObject({
        method: 'POST',
        body: '{"do":"kill","lanes":["sse"]}',
        headers: { Authorization: 'Bearer abc' },
      });
    }));
});

// The last one: what it learns, the page knows for as long as it lives.
it('is loaded again when its roads have moved: only then may it talk to them', async () => {
  const reload = vi.fn();
  vi.stubGlobal('location', { href: 'http://192.168.1.20:8080/en/board', reload });
  await inClass(() => {
    const at = (port: number) => ({ type: 'class', ...STATE, lanes: [{ way: 'sse', port, state: 'up' }] });
    newest().tell({ type: 'class', ...STATE });
    expect(reload).not.toHaveBeenCalled();
    newest().tell(at(8084));
    expect(reload).toHaveBeenCalledTimes(1);
  });
  newest().tell({ type: 'class', ...STATE, lanes: [{ way: 'sse', port: 8085 }] });
  expect(reload).toHaveBeenCalledTimes(1);
});

it('where there is no class nobody connects', async () => {
  vi.stubGlobal('fetch', async () => {
    asked += 1;
    return new Response('', { status: 404 });
  });
  expect([await findClass(), await findClass(), asked, PlayedSocket.all.length]).toEqual([null, null, 1, 0]);
});
