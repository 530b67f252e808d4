// A client that loses its place whenever it loses its connection. No network: the test holds the other end.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { forgetful } from '../src/class/scenes/forget.ts';
import type { Lane, State, Tell, WayName } from '../src/types.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A client of which the test holds the other end. */
function played() {
  const visits: { cursor: string; tell: Tell; signal: AbortSignal; end: () => void }[] = [];
  const told: string[] = [];
  const states: State[] = [];
  const note = (what: string) => () => void told.push(what);
  const tell: Tell = {
    state: (state) => void states.push(state),
    asked: note('asked'),
    answered: note('answered'),
    closed: (_, __, lost) => void told.push(lost ? 'lost' : 'closed'),
    event: note('event'),
    gap: note('gap'),
    end: note('end'),
  };
  const lane: Lane = { topic: 't', origin: '', query: '', cursor: '', interval_ms: 1, hold_s: 1 };
  const client = (_: WayName, { cursor }: Lane, heard: Tell, signal: AbortSignal) =>
    new Promise<void>((end) => {
      visits.push({ cursor, tell: heard, signal, end });
      signal.addEventListener('abort', () => end());
    });
  const life = new AbortController();
  const done = forgetful(client, 'sse', lane, tell, life.signal);
  return { visits, told, states, lane, life, done };
}

it('comes back without a cursor after a loss, and tells everything', async () => {
  const { visits, told, states, lane, life, done } = played();
  visits[0]!.tell.event('aaaaaa', { seq: 1, at: 1, symbol: 'ACME', value: 1, change: 0 }, 1);
  lane.cursor = 'aaaaaa-1';
  visits[0]!.tell.closed(1, 5, true);
  expect(visits[0]!.signal.aborted).toBe(true);
  await vi.runAllTimersAsync();
  expect(visits.map(({ cursor }) => cursor)).toEqual(['', '']);
  expect(told).toEqual(['event', 'lost']);
  expect(states).toMatchObject([{ name: 'again' }]);
  life.abort();
  await done;
  expect(visits).toHaveLength(2);
});

it('keeps its place as long as nothing is lost, and ends with its topic', async () => {
  const { visits, told, lane, done } = played();
  lane.cursor = 'aaaaaa-1';
  visits[0]!.tell.closed(1, 5, false);
  expect(visits[0]!.signal.aborted).toBe(false);
  visits[0]!.tell.end();
  visits[0]!.end();
  await done;
  expect([visits.length, lane.cursor, told]).toEqual([1, 'aaaaaa-1', ['closed', 'end']]);
});

it('does not come back when it was stopped while it waited', async () => {
  const { visits, life, done } = played();
  visits[0]!.tell.closed(1, 5, true);
  life.abort();
  await done;
  expect(visits).toHaveLength(1);
});
