// What a scene may speak of: figures of the board and of the servers, and none that was not measured to its end.

import { describe, expect, it } from 'vitest';

import type { Sight } from '../src/components/sight.ts';
import type { Recovery } from '../src/class/recovery.ts';
import { count, percent, size, time, times, ways } from '../src/class/scenes/figures.ts';
import { at, least, measure, most, some } from '../src/class/scenes/measured.ts';
import { Meter } from '../src/class/scenes/meter.ts';
import type { Cost } from '../src/class/state.ts';
import type { WayName } from '../src/types.ts';
import { WAYS } from '../src/words.ts';

const cost = (part: Partial<Cost>): Cost => ({
  pid: 7,
  cpu_us: 0,
  rss_bytes: 5_000_000,
  sockets: 9,
  open: 1,
  connections: 0,
  refused: 0,
  bytes_up: 0,
  bytes_down: 0,
  ...part,
});
const costs = (part: Partial<Cost>) =>
  Object.fromEntries(WAYS.map((way) => [way, cost(part)])) as Record<WayName, Cost>;

describe('what the servers used', () => {
  it('is what they took since the step began', () => {
    const meter = new Meter();
    expect(meter.read('sse')).toEqual({ cpu: null, rss_bytes: null, burst: null });
    meter.take(costs({ cpu_us: 500_000 }), 1_000_000);
    expect(meter.read('sse')).toEqual({ cpu: null, rss_bytes: 5_000_000, burst: null });
    meter.take(costs({ cpu_us: 700_000, knocks_max: 40 }), 2_000_000);
    meter.take(costs({ cpu_us: 900_000, knocks_max: 250 }), 3_000_000);
    meter.take(costs({ cpu_us: 900_000, knocks_max: 10 }), 4_000_000);
    expect(meter.read('sse')).toEqual({ cpu: 400_000 / 3_000_000, rss_bytes: 5_000_000, burst: 250 });
    meter.begin();
    expect(meter.read('sse')).toMatchObject({ cpu: null, burst: null });
    meter.take(costs({ cpu_us: 1_000_000, knocks_max: 2 }), 5_000_000);
    expect(meter.read('sse')).toMatchObject({ cpu: 0.1, burst: 2 });
  });

  it('is that of the process of now: another one begins anew, and the road counts on', () => {
    const meter = new Meter();
    meter.take(costs({ cpu_us: 900_000 }), 1_000_000);
    meter.take(costs({ pid: null, cpu_us: null, rss_bytes: null, knocks_max: 3 }), 2_000_000);
    expect(meter.read('ws')).toEqual({ cpu: null, rss_bytes: null, burst: 3 });
    meter.take(costs({ pid: 8, cpu_us: 20_000, knocks_max: 5 }), 3_000_000);
    expect(meter.read('ws')).toMatchObject({ cpu: null, burst: 5 });
    meter.take(costs({ pid: 8, cpu_us: 70_000, knocks_max: 0 }), 4_000_000);
    expect(meter.read('ws')).toMatchObject({ cpu: 0.05, burst: 5 });
  });

  it('has no figure of a storm where the server does not tell of one', () => {
    const meter = new Meter();
    meter.take(costs({}), 1_000_000);
    meter.take(costs({ connections: 100 }), 2_000_000);
    expect(meter.read('poll').burst).toBeNull();
    meter.take(costs({ connections: 200, knocks_max: null }), 3_000_000);
    expect(meter.read('poll').burst).toBeNull();
  });
});

describe('what the board measured', () => {
  const counts = { requests: 30, connections: 1, bytes_up: 900, bytes_down: 2100, events: 10 };
  const sight: Sight = {
    on: true,
    state: { name: 'live' },
    wait_s: 1,
    seq: 9,
    value: 100,
    stale: false,
    age: 1400,
    ideal: 250,
    missed: 0.75,
    atLeast: false,
    perUpdate: 300,
    counts,
    countsAtLeast: false,
    counted: counts,
    open: 1,
    answers: 30,
    received: 10,
    published: 40,
  };
  const recovered: Recovery = { fresh_ms: 700, lost: 2, replayed: 5, twice: 0 };
  const none = () => null;
  const unused = () => ({ cpu: null, rss_bytes: null, burst: null });
  const of = (part: Partial<Sight>, recovery: Recovery | null) =>
    measure([{ ...sight, ...part }], () => recovery, unused).poll;

  it('is taken over as it is', () => {
    expect(
      measure(
        [sight],
        () => recovered,
        () => ({ cpu: 0.1, rss_bytes: 7, burst: 3 }),
      ).poll,
    ).toEqual({
      age_ms: 1400,
      missed_share: 0.75,
      requests_per_update: 3,
      bytes_per_update: 300,
      fresh_ms: 700,
      lost: 2,
      replayed: 5,
      cpu: 0.1,
      rss_bytes: 7,
      burst: 3,
    });
  });

  it('leaves out what was not counted to the end', () => {
    expect(of({ atLeast: true }, null).missed_share).toBeNull();
    const unknown = { requests_per_update: null, bytes_per_update: null };
    expect(of({ counted: null }, null)).toMatchObject(unknown);
    expect(of({ counted: { ...counts, events: 0 } }, null)).toMatchObject(unknown);
    expect(of({}, { ...recovered, fresh_ms: null })).toMatchObject({ fresh_ms: null, lost: null, replayed: null });
    expect(Object.values(measure([], none, unused).sse).every((figure) => figure === null)).toBe(true);
  });

  it('is divided over the time since everything was counted', () => {
    const part = { requests: 5, connections: 0, bytes_up: 100, bytes_down: 900, events: 4 };
    expect(of({ countsAtLeast: true, counted: part }, null)).toMatchObject({
      requests_per_update: 1.25,
      bytes_per_update: 250,
    });
  });

  it('of a step that nobody saw is nothing', () => {
    const now = measure([sight], none, unused);
    expect(at({ now, kept: { ask: now } }, 'ask', 'poll').age_ms).toBe(1400);
    expect(at({ now, kept: {} }, 'ask', 'poll').age_ms).toBeNull();
  });
});

it('the greatest is known when all four are', () => {
  const values: Record<WayName, number | null> = { 'poll': 3, 'long-poll': 0, 'ws': 0, 'sse': 3 };
  const of = (way: WayName) => values[way];
  expect([most(of), least(of), some(of)]).toEqual([
    ['poll', 'sse'],
    ['long-poll', 'ws'],
    ['poll', 'sse'],
  ]);
  values.ws = null;
  expect([most(of), least(of), some(of)]).toEqual([null, null, null]);
});

it('figures carry their units, and what is missing is a dash', () => {
  expect([time(2520, 'en'), time(2520, 'zh')]).toEqual(['2.52\u202fs', '2.52\u202f秒']);
  expect([percent(0), percent(0.004), percent(0.0512), percent(0.754)]).toEqual(
    ['0', '0.4', '5.1', '75'].map((number) => `${number}\u202f%`),
  );
  expect([size(413), count(1234), times(4.79)]).toEqual(['413\u202fB', '1,234', '4.8']);
  expect([ways(['poll', 'sse'], 'en'), ways(['poll', 'sse'], 'zh')]).toEqual([
    '● Ajax polling, ▼ SSE',
    '● Ajax 轮询、▼ SSE',
  ]);
  expect([time(null, 'en'), percent(null), size(null), count(null), times(null), ways(null, 'zh')]).toEqual(
    Array.from({ length: 6 }, () => '–'),
  );
});
