// What a lane's record counts: prices never seen, mean age, and what may be drawn as one arrow. No browser, no server.

import { describe, expect, it } from 'vitest';
import { Account } from '../src/lane/account.ts';
import { meanAge } from '../src/lane/age.ts';
import { bundle, bundleStep, isDense } from '../src/lane/bundle.ts';
import { LaneRecord } from '../src/lane/record.ts';
import { Truth, TruthReader } from '../src/lane/truth.ts';
import type { WayName } from '../src/types.ts';

const SYMBOLS = 8;
/** The clock of the server is a thousand seconds ahead. */
const local = (at: number) => at / 1000 - 1_000_000;
const at = (instant: number) => (instant + 1_000_000) * 1000;

function lane(way: WayName = 'poll', turn = SYMBOLS) {
  const truth = new Truth();
  const record = new LaneRecord({
    way,
    symbol: 'ACME',
    truth,
    local,
    turn: (epoch) => (epoch === 'aaaaaa' ? turn : 0),
  });
  /** The price of a turn: published at `published`, here at `arrived`. */
  const hear = (turns: number, published: number, arrived: number, epoch = 'aaaaaa') => {
    record.event(epoch, quote(turns, published), arrived);
  };
  return { record, truth, hear };
}

const quote = (turns: number, published: number) => ({
  seq: 1 + turns * SYMBOLS,
  at: at(published),
  symbol: 'ACME',
  value: 100 + turns / 100,
  change: 0,
});

describe('never seen', () => {
  it('counts the holes in the turns of the symbol', () => {
    const { record, hear } = lane();
    expect(record.neverSeen()).toBeNull();
    hear(0, 0, 10);
    hear(1, 800, 810);
    expect(record.neverSeen()).toBe(0);
    hear(4, 3200, 3210);
    expect(record.missed).toBe(2);
    expect(record.neverSeen()).toBe(2 / 5);
  });

  it('takes neither a repeated price nor another symbol', () => {
    const { record, hear } = lane();
    hear(3, 0, 10);
    hear(3, 0, 2010);
    hear(2, 0, 2010);
    record.event('aaaaaa', { ...quote(9, 0), symbol: 'BOLT' }, 2010);
    expect([record.received, record.missed, record.events.length]).toEqual([1, 0, 1]);
  });

  it('says that it counts at least so many when a hole has no length', () => {
    const { record, hear } = lane('poll');
    hear(0, 0, 10);
    hear(5, 9000, 9010, 'bbbbbb');
    expect([record.missed, record.atLeast]).toEqual([0, true]);
    const stream = lane('sse').record;
    stream.gap({ first: 3, last: 9, reason: 'expired' });
    stream.gap({ first: null, last: 9, reason: 'epoch' });
    expect(stream.atLeast).toBe(false);
    stream.gap({ first: null, last: 9, reason: 'foreign' });
    expect(stream.atLeast).toBe(true);
  });

  it('does not guess while the turn is unknown', () => {
    const { record, hear } = lane('sse', 0);
    hear(0, 0, 1);
    hear(9, 7200, 7201);
    expect([record.missed, record.atLeast]).toEqual([0, false]);
  });
});

describe('mean age', () => {
  it('is the average over every instant, not over arrivals', () => {
    // Published at 0 and known at once, nothing more for 2 s: the age grows from 0 to 2 s.
    expect(meanAge([{ from: 0, at: 0 }], 0, 2000)).toBe(1000);
    // Then one that is 500 ms old when it comes, watched for 1 s more: (1000 * 2 + 1000 * 1) / 3.
    expect(
      meanAge(
        [
          { from: 0, at: 0 },
          { from: 2000, at: 1500 },
        ],
        0,
        3000,
      ),
    ).toBe(1000);
    expect(meanAge([{ from: 5000, at: 4000 }], 0, 5000)).toBeNull();
  });

  it('takes the price believed before the window into it', () => {
    const { record, hear } = lane();
    hear(0, 0, 100);
    hear(1, 6000, 6100);
    expect(record.meanAge(4000, 6100)).toBe((4000 + 6100) / 2);
    expect(record.meanAge(4000, 8100)).toBeCloseTo((5050 * 2100 + 1100 * 2000) / 4100, 6);
  });

  it('has the quiet of the market as its least', () => {
    const { truth, hear } = lane('sse');
    for (let turn = 0; turn < 10; turn += 1) hear(turn, turn * 800, turn * 800 + 5);
    expect(truth.idealAge(at(800), at(7200))).toBeCloseTo(400, 6);
  });
});

describe('what was true', () => {
  it('keeps each price once and in order, whoever told it', () => {
    const truth = new Truth();
    for (const turn of [0, 2, 1, 2, 0]) truth.add('aaaaaa', quote(turn, turn * 800));
    expect(truth.all.map(({ seq }) => seq)).toEqual([1, 9, 17]);
    expect(truth.between(at(900), at(1600)).map(({ seq }) => seq)).toEqual([9]);
    expect(truth.newest()?.seq).toBe(17);
  });

  it('goes on at the cursor of the last answer', async () => {
    const truth = new Truth();
    const asked: string[] = [];
    const reader = new TruthReader(truth, '/poll/stock-price?symbols=ACME', 'aaaaaa-0');
    const get = (path: string) => {
      asked.push(path);
      return Promise.resolve({ epoch: 'aaaaaa', cursor: 'aaaaaa-8', events: [quote(0, 0)] });
    };
    await reader.step(get);
    await reader.step(get);
    expect(asked.map((path) => path.split('after=')[1])).toEqual(['aaaaaa-0', 'aaaaaa-8']);
    expect(truth.all).toHaveLength(1);
  });
});

describe('exchanges', () => {
  it('finds a connection that was opened long before the window', () => {
    const { record, hear } = lane('ws');
    record.asked(1, 0);
    record.answered(1, 5, true);
    hear(0, 100, 105);
    expect(record.exchangesBetween(50_000, 60_000).map(({ id }) => id)).toEqual([1]);
    record.closed(1, 40_000, true);
    expect(record.exchangesBetween(50_000, 60_000)).toEqual([]);
    expect(record.exchanges[0]).toMatchObject({ lost: true, heard: 1, answered: 5 });
  });

  it('are answers only if they came to a good end', () => {
    const { record } = lane('poll');
    for (const [id, lost] of [
      [1, false],
      [2, true],
    ] as const) {
      record.asked(id, id);
      record.answered(id, id, !lost);
      record.closed(id, id, lost);
    }
    expect(record.answers).toBe(1);
  });

  it('are bounded, and so are events', () => {
    const { record, hear } = lane('sse');
    for (let n = 0; n < 20_000; n += 1) {
      record.asked(n, n);
      record.closed(n, n, false);
      hear(n, n, n);
    }
    expect(record.events.length).toBeLessThanOrEqual(16_384);
    expect(record.exchanges.length).toBeLessThanOrEqual(16_384);
    expect(record.of.truth.all.length).toBeLessThanOrEqual(16_384);
    expect(record.received).toBe(20_000);
  });
});

describe('bundles', () => {
  it('begin above ten a second', () => {
    expect([isDense(120, 12_000), isDense(121, 12_000)]).toEqual([false, true]);
    expect([isDense(2, 10), isDense(21, 1000)]).toEqual([false, true]);
  });

  it('have bounds that stand still while time moves', () => {
    const times = [100, 900, 1100, 1200, 2500];
    expect(bundle(times, (time) => time, 1000)).toEqual([[100, 900], [1100, 1200], [2500]]);
    expect(bundle(times.slice(1), (time) => time, 1000)).toEqual([[900], [1100, 1200], [2500]]);
  });

  it('join what came in one burst, and nothing else, when there is room', () => {
    expect(bundle([0, 1, 2, 800, 1600, 1610], (time) => time, null)).toEqual([[0, 1, 2], [800], [1600, 1610]]);
  });

  it('are long enough for their counts', () => {
    expect(bundleStep(12_000, 860, 22)).toBe(1000);
    expect(bundleStep(60_000, 860, 22)).toBe(5000);
    expect(bundleStep(12_000, 1700, 13)).toBe(500);
  });
});

describe('the account of the server', () => {
  const told = (requests: number, bytes_down: number) => ({
    accounts: [{ way: 'sse', open: 1, requests, connections: requests, bytes_up: 100, bytes_down, events: 3 }],
  });

  it('goes on over a restart of the server', () => {
    const account = new Account('sse');
    expect(account.total()).toBeNull();
    account.take({ accounts: [] });
    expect(account.total()).toBeNull();
    account.take(told(2, 900));
    account.take(told(1, 300));
    expect(account.total()).toMatchObject({ requests: 3, bytes_up: 200, bytes_down: 1200, events: 6 });
    account.take(told(1, 400));
    expect(account.total()?.bytes_down).toBe(1300);
  });
});
