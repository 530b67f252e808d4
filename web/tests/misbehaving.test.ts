// The browser clients with a server that misbehaves: errors, refusals, cuts, broken bytes, silence.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { longPoll } from '../src/transports/long-poll';
import { poll } from '../src/transports/poll';
import { Backoff, Refused } from '../src/transports/shared';
import { sse } from '../src/transports/sse';
import { ws } from '../src/transports/ws';
import type { Client } from '../src/types';
import { listen, names, noDuplicate } from './transports/listener';
import { answer, news, quote, serve, STREAM, text, told, UPGRADE } from './transports/servers';
import type { Act, Server } from './transports/servers';

let server: Server;
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(-0.5)); // no wait before the next attempt
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const hello = text('{"type":"hello","epoch":"aaaaaa","head":2}');
const frames = (...seqs: number[]) => Buffer.concat([hello, ...seqs.map((seq) => text(quote(seq)))]);
const greeting = `${STREAM}event: hello\ndata: {"epoch":"aaaaaa","head":2}\n\n`;

interface Way {
  name: string;
  client: Client;
  /** An answer with these events, left open if it is a stream. */
  good(...seqs: number[]): Act;
  /** The bytes of an event that is broken, or cut in its midst. */
  broken: Act;
  torn: Act;
  /** Requests that are made because of one refusal: streams ask once more, for the reason. */
  per_refusal: number;
}

const whole = (...seqs: number[]): Act => [answer(200, news('aaaaaa', seqs))];
const WAYS: Way[] = [
  {
    name: 'poll',
    client: poll,
    good: whole,
    broken: [answer(200, '{"epoch":"aaaaaa","cursor":"aaaaaa-9","events":[{"seq":')],
    torn: ['HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"epoch":', 'cut'],
    per_refusal: 1,
  },
  {
    name: 'long-poll',
    client: longPoll,
    good: whole,
    broken: [answer(200, '{"epoch":"aaaaaa","cursor":"aaaaaa-9","events":[{"seq":')],
    torn: ['HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{"epoch":', 'cut'],
    per_refusal: 1,
  },
  {
    name: 'sse',
    client: sse,
    good: (...seqs) => [greeting + told('aaaaaa', ...seqs)],
    broken: [`${greeting}id: aaaaaa-9\ndata: {"seq":\n\n`],
    torn: [`${greeting}id: aaaaaa-9\ndata: {"seq":`, 'cut'],
    per_refusal: 2,
  },
  {
    name: 'ws',
    client: ws,
    good: (...seqs) => [UPGRADE, frames(...seqs)],
    broken: [UPGRADE, hello, text('{"seq":')],
    torn: [UPGRADE, hello, text(quote(9)).subarray(0, 9), 'cut'],
    per_refusal: 2,
  },
];

describe.each(WAYS)('$name', ({ name, client, good, broken, torn, per_refusal }) => {
  const again = (act: Act): Act[] => Array.from({ length: per_refusal }, () => act);
  const after = name === 'poll' ? null : 'aaaaaa-2';

  it('comes back after an error status, at its cursor', async () => {
    server = await serve([...again([answer(500)]), good(3)]);
    const listener = listen(client, { cursor: 'aaaaaa-2' });
    await listener.until(() => expect(listener.heard).toEqual(['aaaaaa-3']));
    expect(names(listener)).toEqual(['connecting', 'again', 'connecting', 'live']);
    expect(server.asked.slice(0, per_refusal + 1).map((asked) => asked.after)).toEqual(
      Array(per_refusal + 1).fill(after),
    );
    expect(listener.exchanges[0]).toMatchObject({ lost: true });
    expect(listener.exchanges[per_refusal - 1]).toMatchObject({ news: false, lost: true });
    await listener.stop();
  });

  it('waits for as long as the server asks', async () => {
    server = await serve(again([answer(503, '', 'retry-after: 7')]));
    const listener = listen(client);
    await listener.until(() => expect(listener.states).toContainEqual({ name: 'again', in_ms: 7000 }));
    await listener.stop();
    expect(server.asked).toHaveLength(per_refusal);
    expect(listener.states.at(-1)?.name).toBe('again');
  });

  it('stops when it is refused for good', async () => {
    server = await serve(again([answer(404, '{"title":"no such topic"}')]));
    const listener = listen(client);
    await listener.done;
    expect(names(listener)).toEqual(['connecting', 'ended']);
    expect(listener.ends).toBe(0);
    expect(server.asked).toHaveLength(per_refusal);
  });

  it('comes back when it is asked to be slower', async () => {
    server = await serve([...again([answer(429)]), good(1)]);
    const listener = listen(client);
    await listener.until(() => expect(listener.heard).toEqual(['aaaaaa-1']));
    await listener.stop();
  });

  it.each([
    ['broken', broken],
    ['torn', torn],
  ])('takes nothing of an event that is %s', async (_, act) => {
    server = await serve([act, good(3)]);
    const listener = listen(client, { cursor: 'aaaaaa-2' });
    await listener.until(() => expect(listener.heard).toEqual(['aaaaaa-3']));
    await listener.stop();
    // After a cut an EventSource comes back by itself; it heard no id, so it asks for the same.
    expect(server.asked[1]?.after).toBe(after);
    expect(listener.lane.cursor).toBe('aaaaaa-3');
    expect(listener.exchanges[0]?.lost).toBe(true);
    expect(names(listener)).toContain(name === 'sse' && act === torn ? 'browser' : 'again');
    noDuplicate(listener);
  });

  it('comes back after a head that is cut short, at its cursor', async () => {
    server = await serve([...again(['HTTP/1.1 200 OK\r\ncontent-type: text/event-st', 'cut']), good(3)]);
    const listener = listen(client, { cursor: 'aaaaaa-2' });
    await listener.until(() => expect(listener.heard).toEqual(['aaaaaa-3']));
    await listener.stop();
    expect(server.asked.slice(0, per_refusal + 1).map((asked) => asked.after)).toEqual(
      Array(per_refusal + 1).fill(after),
    );
    expect(names(listener)).toEqual(['connecting', 'again', 'connecting', 'live']);
    expect(listener.exchanges[0]).not.toHaveProperty('answered');
    expect(listener.exchanges[0]).toMatchObject({ lost: true });
  });

  it('stops for good when the topic ends', async () => {
    const last: Record<string, Act[]> = {
      poll: [[answer(200, news('aaaaaa', [3], true))]],
      'long-poll': [[answer(200, news('aaaaaa', [3], true))]],
      sse: [[...good(3), 'cut'], [answer(204)], [answer(204)]],
      ws: [[...good(3), Buffer.from([0x88, 2, 0x03, 0xe8])]],
    };
    server = await serve(last[name] ?? []);
    const listener = listen(client, { cursor: 'aaaaaa-2' });
    await listener.done;
    expect(listener.heard).toEqual(['aaaaaa-3']);
    expect([listener.ends, listener.states.at(-1)?.name]).toEqual([1, 'ended']);
    expect(listener.exchanges.every(({ closed }) => closed !== undefined)).toBe(true);
  });

  it('stops when it is told to, also while it waits', async () => {
    server = await serve(again([answer(503, '', 'retry-after: 3600')]));
    const listener = listen(client);
    await listener.until(() => expect(listener.states.at(-1)?.name).toBe('again'));
    await listener.stop();
    const busy = listen(client); // the server has no answer left: this one is held
    await listener.until(() => expect(server.asked).toHaveLength(per_refusal + 1));
    await busy.stop();
    expect(busy.exchanges).toMatchObject([{ lost: false }]);
  });
});

it('long poll does not ask at once when a hold ends early', async () => {
  server = await serve([[answer(204)], whole(1)]);
  const listener = listen(longPoll, { hold_s: 25 });
  await listener.until(() => expect(listener.heard).toEqual(['aaaaaa-1']));
  expect(names(listener)).toEqual(['connecting', 'again', 'connecting', 'live']);
  await listener.stop();
});

it('sse opens anew after a wrong type, and leaves a cut to the browser', async () => {
  const page = answer(200, '<html>', 'content-type: text/html');
  const cut = [`${STREAM}retry: 1\n\n${told('aaaaaa', 3, 4)}`, 'cut'];
  server = await serve([[page], [page], cut, [STREAM + told('bbbbbb', 1)]]);
  const listener = listen(sse, { cursor: 'aaaaaa-2' });
  await listener.until(() => expect(listener.heard).toEqual(['aaaaaa-3', 'aaaaaa-4', 'bbbbbb-1']));
  expect(server.asked.map(({ after }) => after)).toEqual(Array(4).fill('aaaaaa-2'));
  expect(server.asked.at(-1)?.headers['last-event-id']).toBe('aaaaaa-4');
  expect(listener.lane.cursor).toBe('bbbbbb-1');
  expect(names(listener)).toEqual(['connecting', 'again', 'connecting', 'browser']);
  await listener.stop();
});

it('ws takes the epoch of each hello', async () => {
  const other = text('{"type":"hello","epoch":"bbbbbb","head":1}');
  server = await serve([[UPGRADE, frames(7), other, text(quote(1)), 'cut']]);
  const listener = listen(ws);
  await listener.until(() => expect(server.asked).toHaveLength(2));
  expect(listener.heard).toEqual(['aaaaaa-7', 'bbbbbb-1']);
  expect(server.asked[1]?.after).toBe('bbbbbb-1');
  await listener.stop();
});

it.each(WAYS.slice(2))('$name gives up a connection that fell silent', async ({ client, good }) => {
  server = await serve([good(1), good(2)]);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const listener = listen(client);
  const heard = async (...all: string[]) => {
    while (listener.heard.length < all.length) {
      await new Promise((turn) => setImmediate(turn));
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(listener.heard).toEqual(all);
  };
  await heard('aaaaaa-1');
  await vi.advanceTimersByTimeAsync(39_000);
  expect(server.asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1000); // the last word was just heard
  await heard('aaaaaa-1', 'aaaaaa-2');
  expect(server.asked[1]?.after).toBe('aaaaaa-1');
  await listener.stop();
});

it('draws each wait from half to one and a half of a length that stays for four and doubles to 30 s', async () => {
  server = await serve([]);
  const draw = vi.spyOn(Math, 'random');
  const waits = (drawn: number) => {
    draw.mockReturnValue(drawn);
    const backoff = new Backoff();
    return Array.from({ length: 10 }, () => backoff.next());
  };
  expect(waits(0)).toEqual([500, 500, 500, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  expect(waits(0.5)).toEqual([1000, 1000, 1000, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(waits(1)).toEqual([1500, 1500, 1500, 1500, 3000, 6000, 12_000, 24_000, 30_000, 30_000]);
  const backoff = new Backoff();
  backoff.next();
  backoff.reset();
  expect([backoff.next(1000), backoff.next(9000), backoff.next(3_600_000)]).toEqual([1500, 9000, 30_000]);
});

it('finds a server that was away for 2 or 3 s within 5 s, whatever is drawn', async () => {
  server = await serve([]);
  const draw = vi.spyOn(Math, 'random');
  /** How late after its return a server may be found. An attempt fails at the latest when the server has been away for
   *  `away_ms`; it is one that can come before, if all waits are as short as can be; then the longest wait follows. */
  const late = (away_ms: number) => {
    const [soon, slow] = [new Backoff(), new Backoff()];
    let longest = 0;
    for (let earliest = 0; earliest < away_ms; earliest += soon.next()) {
      draw.mockReturnValue(1);
      longest = Math.max(longest, slow.next());
      draw.mockReturnValue(0);
    }
    return longest;
  };
  expect(2000 + late(2000)).toBeLessThanOrEqual(5000);
  // When it was away for longer it counts from its return, as the board does.
  expect([2500, 3000].map(late)).toEqual([3000, 3000]);
});

it('reads when it may come again, in seconds or as a date', async () => {
  server = await serve([]);
  const asked = (value: string) => new Refused(new Response('', { headers: { 'retry-after': value } })).retry_after_ms;
  expect([asked('2'), asked('soon'), asked('-5')]).toEqual([2000, 0, 0]);
  const now = Date.UTC(2026, 10, 23);
  vi.spyOn(Date, 'now').mockReturnValue(now);
  expect(asked(new Date(now + 60_000).toUTCString())).toBe(60_000);
});
