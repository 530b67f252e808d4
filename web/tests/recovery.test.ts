// What became of a lane after a fault: fresh again, lost, replayed, told twice. The record is played by hand.

import { describe, expect, it } from 'vitest';

import { recoveryOf } from '../src/class/recovery.ts';
import { factsOfRecovery } from '../src/class/recovery-facts.ts';
import { LaneRecord } from '../src/lane/record.ts';
import { Truth } from '../src/lane/truth.ts';
import type { WayName } from '../src/types.ts';

/** The clock of the server is a thousand seconds ahead. */
const local = (at: number) => at / 1000 - 1_000_000;
const TICK_MS = 500;

/** A lane that knew the prices of the first second, 5 ms after each was published. What is published later, the truth
 *  learns by itself. */
function lane(way: WayName, published_until: number) {
  const truth = new Truth();
  const record = new LaneRecord({ way, symbol: 'ACME', truth, local, turn: () => 1 });
  const quote = (published: number) => ({
    seq: 1 + published / TICK_MS,
    at: (published + 1_000_000) * 1000,
    symbol: 'ACME',
    value: 100,
    change: 0,
  });
  const hear = (published: number, arrived: number) => record.event('aaaaaa', quote(published), arrived);
  let id = 0;
  const open = (asked: number, answered: number) => {
    record.asked((id += 1), asked);
    record.answered(id, answered, true);
    const mine = id;
    return { close: (at: number, lost = false) => record.closed(mine, at, lost) };
  };
  const first = open(-10, -1);
  for (let at = 0; at <= 1000; at += TICK_MS) hear(at, at + 5);
  for (let at = 0; at <= published_until; at += TICK_MS) truth.add('aaaaaa', quote(at));
  return { record, hear, open, first };
}

describe('a stream that was cut', () => {
  it('is fresh when the newest price is here, and tells what was given again', () => {
    const { record, hear, open, first } = lane('sse', 3000);
    first.close(1201, true);
    open(2600, 2610);
    for (const at of [1500, 2000, 2500]) hear(at, 2611);
    hear(3000, 3005);
    expect(recoveryOf(record, 1200, 1200, 9000)).toEqual({ fresh_ms: 1411, lost: 0, replayed: 3, twice: 0 });
  });

  it('is given again what fell into the cut, however quick it was to come back', () => {
    const { record, hear, open, first } = lane('ws', 2000);
    first.close(1496, true);
    open(1550, 1555);
    hear(1500, 1556);
    hear(2000, 2005);
    expect(recoveryOf(record, 1495, 1495, 9000)).toMatchObject({ lost: 0, replayed: 1 });
  });

  it('counts from the end of a fault that lasted', () => {
    const { record, hear, open, first } = lane('ws', 5000);
    first.close(1201, true);
    // Refused while the fault stood.
    open(1800, 1801).close(1802, true);
    open(4300, 4310);
    for (let at = 1500; at <= 4000; at += TICK_MS) hear(at, 4311);
    hear(4500, 4505);
    expect(recoveryOf(record, 1200, 4200, 9000)).toEqual({ fresh_ms: 111, lost: 0, replayed: 6, twice: 0 });
  });

  it('was fresh at once if that came before the end was told', () => {
    const { record, hear, open, first } = lane('poll', 5000);
    first.close(1201, true);
    // It was held up on the road, and went on as soon as the road was well.
    const poll = open(3900, 4111);
    hear(4000, 4112);
    poll.close(4112);
    expect(recoveryOf(record, 1200, 4200, 9000)).toMatchObject({ fresh_ms: 0, lost: 5 });
  });

  it('has lost what came to nobody', () => {
    const { record, hear, open, first } = lane('sse', 3000);
    first.close(1201, true);
    open(2600, 2610);
    hear(2500, 2611); // the newest, as to one who has never been here
    hear(3000, 3005);
    expect(recoveryOf(record, 1200, 1200, 9000)).toMatchObject({ fresh_ms: 1411, lost: 2, replayed: 1 });
  });

  it('is not fresh while what comes is old', () => {
    const { record, hear, open, first } = lane('sse', 3000);
    first.close(1201, true);
    open(2600, 2610);
    hear(1500, 2611);
    const before = { fresh_ms: null, lost: 0, replayed: 1, twice: 0 };
    expect(recoveryOf(record, 1200, 1200, 2700)).toEqual(before);
    expect(recoveryOf(record, 1200, 1200, 8000)).toEqual(before);
  });

  it('takes nothing for a sign of life that was under way when the cable was cut', () => {
    const { record, hear, first } = lane('ws', 1000);
    hear(1500, 1505); // published before the fault, and a moment in a queue of the browser
    first.close(1506, true);
    expect(recoveryOf(record, 1503, 1503, 1800)).toMatchObject({ fresh_ms: null, lost: 0 });
  });

  it('is fresh by its new connection alone when the market was quiet', () => {
    const { record, open, first } = lane('sse', 1000);
    first.close(1201, true);
    open(1900, 1910);
    expect(recoveryOf(record, 1200, 1200, 9000)).toEqual({ fresh_ms: 710, lost: 0, replayed: 0, twice: 0 });
  });

  it('tells what came although it was known', () => {
    const { record, hear, open, first } = lane('sse', 1500);
    hear(1000, 1100); // before: no matter of this fault
    first.close(1201, true);
    open(1900, 1910);
    for (const at of [500, 1000, 1500]) hear(at, 1911);
    expect(recoveryOf(record, 1200, 1200, 9000)).toMatchObject({ lost: 0, replayed: 1, twice: 2 });
  });
});

describe('a lane that was held up and not cut', () => {
  it('loses nothing, and nothing is given again', () => {
    const { record, hear } = lane('ws', 3000);
    for (const at of [1500, 2000, 2500]) hear(at, 2603);
    hear(3000, 3005);
    expect(recoveryOf(record, 1200, 2600, 9000)).toEqual({ fresh_ms: 3, lost: 0, replayed: 0, twice: 0 });
  });

  it('takes the length of its way into it', () => {
    const { record, hear } = lane('sse', 4000);
    // 800 ms on the way is as new as it can be here; the next one is always published already.
    for (const event of record.events) event.arrived += 795;
    for (const at of [1500, 2000]) hear(at, 2900);
    hear(2500, 3300);
    expect(recoveryOf(record, 1900, 2600, 9000)!.fresh_ms).toBe(300);
  });
});

describe('long polling', () => {
  it('gets nothing again as long as one request follows the other', () => {
    const { record, hear, open, first } = lane('long-poll', 2500);
    first.close(1005);
    const answered = (asked: number, published: number, arrived: number) => {
      const exchange = open(asked, arrived);
      hear(published, arrived);
      exchange.close(arrived + 1);
    };
    answered(1006, 1500, 1505);
    // A slow road: the next price is published while the answer is on its way back.
    answered(1506, 2000, 2501);
    answered(2502, 2500, 3003);
    expect(recoveryOf(record, 1200, 2700, 9000)).toEqual({ fresh_ms: 303, lost: 0, replayed: 0, twice: 0 });
  });

  it('catches up after a request that was lost', () => {
    const { record, hear, open, first } = lane('long-poll', 2500);
    first.close(1005);
    open(1005, 1200).close(1201, true);
    open(2100, 2110).close(2111);
    for (const at of [1500, 2000]) hear(at, 2110);
    expect(recoveryOf(record, 1200, 1200, 9000)).toEqual({ fresh_ms: 910, lost: 0, replayed: 2, twice: 0 });
  });
});

describe('polling', () => {
  it('sees the newest, has lost the others, and is given nothing again', () => {
    const { record, hear, open, first } = lane('poll', 3500);
    first.close(1006);
    open(3100, 3101).close(3102);
    hear(3000, 3101);
    expect(recoveryOf(record, 1200, 2200, 9000)).toEqual({ fresh_ms: 901, lost: 3, replayed: 0, twice: 0 });
  });
});

describe('nothing', () => {
  it('is told while the fault stands, or of a lane that had heard nothing before', () => {
    const { record } = lane('sse', 1000);
    expect(recoveryOf(record, 1200, null, 9000)).toBeNull();
    expect(recoveryOf(record, -100, -100, 9000)).toBeNull();
  });
});

describe('in words', () => {
  const figures = (fresh_ms: number | null, twice = 0) =>
    factsOfRecovery({ fresh_ms, lost: 3, replayed: 4, twice }, 'en').map((column) =>
      column.map(([, figure]) => figure),
    );

  it('is three figures, with what came twice where anything did', () => {
    expect(figures(1250)).toEqual([['1.25'], ['3'], ['4']]);
    expect(figures(1250, 2)[2]).toEqual(['4', '2']);
  });

  it('has no figure before the lane is fresh: more may be lost and more may come', () => {
    expect(figures(null, 2)).toEqual([['–'], ['–'], ['–']]);
  });
});
