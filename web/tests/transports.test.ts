// The browser clients against the real bytes of the four ways: the transcripts that the lessons show.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { longPoll } from '../src/transports/long-poll';
import { poll } from '../src/transports/poll';
import { run } from '../src/transports/run';
import { sse } from '../src/transports/sse';
import { ws } from '../src/transports/ws';
import type { WayName } from '../src/types';
import { listen, names, noDuplicate } from './transports/listener';
import { answer, news, recorded, serve, STREAM, told, type Server } from './transports/servers';

const CLIENTS = { poll, 'long-poll': longPoll, ws, sse };
const WAYS = Object.keys(CLIENTS) as WayName[];
let server: Server;

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(-0.5)); // no wait before the next attempt
afterEach(async () => {
  await server.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Replays a transcript to the client of its way. */
async function replay(way: WayName, name: string, hold_s = 0) {
  const record = recorded(way, name);
  server = await serve(record.acts);
  const topic = record.text.includes('ij4q6i') ? 'chat' : 'stock-price';
  return { ...record, listener: listen(CLIENTS[way], { topic, cursor: record.after, hold_s }) };
}

const seqs = (text: string) => [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => `ck0d7l-${seq}`);

describe.each(WAYS)('%s', (way) => {
  it.each(['first', 'resume', 'gap'])('hears all of %s, each event once', async (name) => {
    const { listener, text, after } = await replay(way, name);
    const expected = seqs(text);
    await listener.until(() => {
      expect(listener.heard).toEqual(expected);
      // After the catch-up a stream says up to where it read: wait for that cursor too.
      const behind_event = (way === 'ws' || way === 'sse') && name === 'first';
      expect(listener.lane.cursor).toBe(behind_event ? expected.at(-1) : lastCursor(text));
    });
    await listener.stop();
    expect(listener.gaps).toMatchObject(name === 'gap' ? [{ first: null, reason: 'foreign' }] : []);
    expect(names(listener)).toEqual(['connecting', 'live']);
    expect(server.asked[0]?.after).toBe(way === 'poll' ? null : after || null);
    expect(listener.exchanges[0]).toMatchObject({ news: true, lost: false });
    noDuplicate(listener);
  });

  it('lives through a time without news', async () => {
    const { listener, after } = await replay(way, 'heartbeat');
    await listener.until(() => expect(names(listener)).toEqual(['connecting', 'live']));
    const stream = way === 'ws' || way === 'sse';
    await listener.until(() => expect(listener.lane.cursor).toBe(stream ? 'ij4q6i-0' : after));
    expect(listener.exchanges[0]?.news).toBe(stream);
    await listener.stop();
    expect(listener.heard).toEqual([]);
  });

  it('comes back when the server stops', async () => {
    const { listener } = await replay(way, 'shutdown', 25);
    await listener.until(() => expect(server.asked.length).toBeGreaterThan(way === 'sse' ? 0 : 1));
    if (way === 'sse') await listener.until(() => expect(names(listener).at(-1)).toBe('browser'));
    if (way === 'ws' || way === 'long-poll') expect(names(listener)).toContain('again');
    if (way === 'ws') expect(server.asked[1]?.after).toBe('ij4q6i-0');
    if (way === 'long-poll') expect(server.asked[1]?.after).toBe('ck0d7l-1001');
    await listener.stop();
    expect(listener.ends).toBe(0);
  });
});

/** The last position that is told, in whichever form. */
const lastCursor = (text: string) =>
  [...text.matchAll(/(?:"cursor":"|^<- id: )(\w+-\d+)/gm)].map(([, cursor]) => cursor).at(-1);

it('polls so that the browser asks with the tag, and tells of a repeated snapshot only what is new', async () => {
  const etag = (seq: number) => `etag: "e-${seq}"`;
  server = await serve([
    [answer(200, news('aaaaaa', [1, 2]), etag(2))],
    // As a browser gives it after a 304: what it kept.
    [answer(200, news('aaaaaa', [1, 2]), etag(2))],
    [answer(304, '', etag(2))],
    [answer(200, news('aaaaaa', [2, 3]), etag(3))],
    [answer(200, news('bbbbbb', [1, 2]), etag(9))],
  ]);
  const listener = listen(poll);
  await listener.until(() => expect(server.asked).toHaveLength(6));
  await listener.stop();
  expect(listener.heard).toEqual(['aaaaaa-1', 'aaaaaa-2', 'aaaaaa-3', 'bbbbbb-1', 'bbbbbb-2']);
  // Another origin is asked without leave (Fetch, CORS-safelisted request-header): none of these is ours.
  for (const { headers } of server.asked) {
    expect(headers).not.toHaveProperty('if-none-match');
    expect(headers['cache-control']).toBe('max-age=0');
  }
  expect(listener.exchanges.slice(0, 5).map(({ news }) => news)).toEqual([true, false, false, true, true]);
  expect(listener.gaps).toEqual([]);
});

it.each(['sse', 'long-poll'] as WayName[])('%s rests in a hidden tab', async (way) => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const show = (state: string) => {
    page.visibilityState = state;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  vi.stubGlobal('document', page);
  const first = way === 'sse' ? STREAM + told('aaaaaa', 1, 2) : answer(200, news('aaaaaa', [1, 2]));
  server = await serve([[first], way === 'sse' ? [answer(204)] : []]);
  const listener = listen((lane, tell, signal) => run(way, lane, tell, signal));
  await listener.until(() => expect(listener.lane.cursor).toBe('aaaaaa-2'));
  if (way === 'long-poll') await listener.until(() => expect(server.asked).toHaveLength(2));
  const before = server.asked.length;
  show('hidden');
  await listener.until(() => expect(names(listener).at(-1)).toBe('paused'));
  expect(listener.exchanges.every(({ lost }) => lost === false)).toBe(true);
  expect(server.asked).toHaveLength(before);
  show('visible');
  await listener.until(() => expect(server.asked.length).toBeGreaterThan(before));
  expect(server.asked[before]?.after).toBe('aaaaaa-2');
  await listener.stop();
});

it.each(WAYS)('%s asks the server of its lane, wherever the page is', async (way) => {
  const record = recorded(way, 'first');
  server = await serve(record.acts);
  const { origin } = new URL(location.href);
  const { fetch } = globalThis;
  // Nobody listens there.
  vi.stubGlobal('location', { href: 'http://127.0.0.1:9/en/board' });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) =>
    fetch(new URL(url, location.href) as unknown as string, init),
  );
  const listener = listen(CLIENTS[way], { origin, cursor: record.after, hold_s: 0 });
  await listener.until(() => expect(listener.heard).toEqual(seqs(record.text)));
  await listener.stop();
  expect(server.asked[0]?.path).toMatch(new RegExp(`^/${way}/stock-price\\?`));
});
