// When which fault stood on which lanes, and what of it is in view. Instants are given: nobody looks at a clock.

import { describe, expect, it } from 'vitest';

import type { Away, Break, ClassState, Weather } from '../src/class/state.ts';
import { begunTogether, FaultWindows, isAllOver, newestHarm, newestOver, spanOf } from '../src/class/windows.ts';
import { WAYS } from '../src/words.ts';
import { broken, klass } from './fault-class.ts';

/** The clock of the server is a thousand seconds ahead. */
const local = (us: number) => us / 1000 - 1_000_000;
const us = (instant: number) => (instant + 1_000_000) * 1000;

/** A page that sees these states, one after the other. */
function seen(...told: [now: number, state: ClassState][]) {
  const windows = new FaultWindows();
  for (const [now, state] of told) windows.take(state, now, local);
  return windows;
}

const lagging = klass({ ws: { delay_ms: 90 }, sse: { delay_ms: 90 } });

describe('a fault of the road', () => {
  it('stands from the state that tells of it to the one that does not', () => {
    const windows = seen([0, klass()], [1000, lagging], [2000, lagging]);
    expect(windows.all()).toEqual([{ fault: 'delay', value: 90, lanes: ['ws', 'sse'], from: 1000, to: null }]);
    windows.take(klass(), 3000, local);
    expect(windows.all()).toEqual([{ fault: 'delay', value: 90, lanes: ['ws', 'sse'], from: 1000, to: 3000 }]);
  });

  it('is another one when it is set anew, and ends on each lane by itself', () => {
    const windows = seen([0, klass()], [1000, lagging], [2000, klass({ ws: { delay_ms: 500 } })]);
    expect(windows.all()).toEqual([
      { fault: 'delay', value: 90, lanes: ['ws', 'sse'], from: 1000, to: 2000 },
      { fault: 'delay', value: 500, lanes: ['ws'], from: 2000, to: null },
    ]);
  });

  it('that stood before the page looked has no beginning', () => {
    expect(seen([5000, lagging]).all()).toMatchObject([{ from: -Infinity, to: null }]);
  });

  it('is kept in a bounded number', () => {
    const windows = new FaultWindows();
    for (let turn = 0; turn < 1000; turn += 1) windows.take(turn % 2 ? lagging : klass(), turn, local);
    expect(windows.all().length).toBe(64);
    expect(windows.all().at(-1)).toMatchObject({ from: 999, to: null });
  });
});

describe('a break', () => {
  const cut = (at: number, is: Partial<Break> = {}) => broken(us(at), is);
  const on = (last_break: Break, weather: Partial<Weather> = {}) => klass({ sse: weather }, { sse: { last_break } });

  it('is told of with its instants, also to a page that comes later', () => {
    const hole = on(cut(1000, { kind: 'half-open' }));
    for (const windows of [seen([0, klass()], [1080, hole]), seen([9000, hole])]) {
      expect(windows.all()).toEqual([{ fault: 'half-open', value: 0, lanes: ['sse'], from: 1000, to: 1000 }]);
    }
  });

  it('stands until the class says that it is over', () => {
    const off = { for_ms: 3000, until_us: null };
    const windows = seen([0, klass()], [1010, on(cut(1000, off))], [2000, on(cut(1000, off), { delay_ms: 90 })]);
    expect(windows.all()[0]).toEqual({ fault: 'cut', value: 3, lanes: ['sse'], from: 1000, to: null });
    windows.take(on(cut(1000, { for_ms: 3000, until_us: us(2500) }), { delay_ms: 90 }), 2600, local);
    expect(windows.all()).toMatchObject([
      { fault: 'cut', from: 1000, to: 2500 },
      { fault: 'delay', from: 2000, to: null },
    ]);
    const bytes = seen([0, klass()], [1010, on(cut(1000, { after_bytes: 500, until_us: null }))]);
    expect(bytes.all()).toEqual([{ fault: 'cut-after', value: 500, lanes: ['sse'], from: 1000, to: null }]);
  });

  it('ends where another one takes its place', () => {
    const windows = seen([0, klass()], [1010, on(cut(1000, { for_ms: 9000, until_us: null }))], [2010, on(cut(2000))]);
    expect(windows.all()).toMatchObject([
      { from: 1000, to: 2000 },
      { from: 2000, to: 2000 },
    ]);
  });

  it('of all lanes is one, though each has its own instant', () => {
    const all = (late: number) =>
      klass({}, Object.fromEntries(WAYS.map((way, at) => [way, { last_break: cut(1000 + at * late) }])));
    expect(seen([1100, all(0.5)]).all()).toMatchObject([{ fault: 'cut', lanes: [...WAYS] }]);
    expect(seen([1100, all(50)]).all().length).toBe(4);
  });

  it('that ends on each lane at another time has one name', () => {
    const after = (until: number | null) => ({
      last_break: cut(1000, { after_bytes: 500, until_us: until === null ? null : us(until) }),
    });
    const windows = (ws: number | null) => seen([4000, klass({}, { ws: after(ws), sse: after(3000) })]).all();
    expect(windows(2000).length).toBe(2);
    for (const [ws, to] of [
      [2000, 3000],
      [null, null],
    ] as const) {
      expect(begunTogether(windows(ws))).toEqual([
        { fault: 'cut-after', value: 500, lanes: ['ws', 'sse'], from: 1000, to },
      ]);
    }
  });

  it('is a part of the refusal with which it comes', () => {
    const together = seen([0, klass()], [1000, klass({ sse: { refuse: 503 } })], [1100, on(cut(995), { refuse: 503 })]);
    together.take(on(cut(995)), 4000, local);
    expect(together.all()).toMatchObject([{ fault: 'refuse', lanes: ['sse'], from: 1000, to: 4000 }]);
    const later = seen([0, klass()], [1000, klass({ sse: { refuse: 503 } })], [3100, on(cut(3000), { refuse: 503 })]);
    expect(later.all().map(({ fault }) => fault)).toEqual(['refuse', 'cut']);
  });
});

describe('a server that is away', () => {
  const away = (why: Away['why'], from: number, until: number | null) =>
    klass({}, { sse: { last_away: { why, from_us: us(from), until_us: until === null ? null : us(until) } } });

  it('is named for why it went, from the instant at which it did', () => {
    for (const why of ['kill', 'restart', 'deploy'] as const) {
      const windows = seen([0, klass()], [1080, away(why, 1000, null)], [3080, away(why, 1000, null)]);
      expect(windows.all()).toEqual([{ fault: why, value: 0, lanes: ['sse'], from: 1000, to: null }]);
      windows.take(away(why, 1000, 3200), 3280, local);
      expect(windows.all()).toEqual([{ fault: why, value: 0, lanes: ['sse'], from: 1000, to: 3200 }]);
    }
  });

  it('is told of also when it was quicker than the telling, and to a page that comes later', () => {
    for (const windows of [
      seen([0, klass()], [1080, away('deploy', 1000, 1060)]),
      seen([9000, away('deploy', 1000, 1060)]),
    ]) {
      expect(windows.all()).toEqual([{ fault: 'deploy', value: 0, lanes: ['sse'], from: 1000, to: 1060 }]);
    }
  });

  it('and goes again ends one absence and begins another', () => {
    expect(seen([1080, away('deploy', 1000, null)], [2080, away('kill', 2000, null)]).all()).toMatchObject([
      { fault: 'deploy', from: 1000, to: 2000 },
      { fault: 'kill', from: 2000, to: null },
    ]);
  });
});

describe('what is in view', () => {
  const span = (from: number, to: number | null) => spanOf({ from, to }, 10_000, 20_000);

  it('is where a window and the time in view meet', () => {
    expect(span(12_000, 15_000)).toEqual({ left: 0.2, width: 0.3 });
    expect(span(5000, 15_000)).toEqual({ left: 0, width: 0.5 });
    expect(span(15_000, null)).toEqual({ left: 0.5, width: 0.5 });
    expect(span(-Infinity, null)).toEqual({ left: 0, width: 1 });
    expect(span(15_000, 15_000)).toEqual({ left: 0.5, width: 0 });
  });

  it('is nothing before and behind it', () => {
    expect([span(1000, 10_000), span(20_000, null), span(9999, 9999), span(20_001, 20_001)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('is marked only where it is not all of it', () => {
    const all = (from: number, to: number | null) => isAllOver({ from, to }, 10_000, 20_000);
    expect([all(-Infinity, null), all(10_000, 20_000)]).toEqual([true, true]);
    expect([all(10_001, null), all(-Infinity, 19_999)]).toEqual([false, false]);
  });
});

describe('the fault to recover from', () => {
  it('is the newest, and the newest that is over', () => {
    const windows = seen(
      [0, klass()],
      [1000, klass({ sse: { stall: true } })],
      [2000, klass()],
      [3000, lagging],
      [4000, klass()],
      [5000, klass({ sse: { lumps: true } })],
    ).all();
    expect(newestOver(windows, 'sse', 6000)).toMatchObject({ fault: 'stall', to: 2000 });
    expect(newestHarm(windows, 'sse')).toMatchObject({ fault: 'lumps', to: null });
    expect(newestOver(windows, 'sse', 1500)).toBeNull();
    expect(newestOver(windows, 'poll', 6000)).toBeNull();
  });
});
