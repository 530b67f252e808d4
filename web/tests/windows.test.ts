// When which fault stood on which lanes, and what of it is in view. Instants are given: nobody looks at a clock.

import { describe, expect, it } from 'vitest';

import type { ClassState } from '../src/class/state.ts';
import { FaultWindows, isAllOver, recovering, spanOf } from '../src/class/windows.ts';
import { WAYS } from '../src/words.ts';
import { klass } from './fault-class.ts';

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

describe('a cut', () => {
  it('is over at once, and leaves its trace by what was asked for', () => {
    const windows = seen([0, klass()]);
    windows.did({ do: 'cut', lanes: ['sse'] }, 1000);
    windows.did({ do: 'half-open' }, 2000);
    windows.did({ do: 'weather', lanes: ['sse'], weather: { stall: true } }, 3000);
    expect(windows.all()).toEqual([
      { fault: 'cut', value: 0, lanes: ['sse'], from: 1000, to: 1000 },
      { fault: 'half-open', value: 0, lanes: [...WAYS], from: 2000, to: 2000 },
    ]);
  });

  const shut = klass({ sse: { stall: true } });
  const cutOff = klass({ sse: { stall: true, cut_every_ms: 500 } });
  const refusing = klass({ sse: { refuse: 503 } });

  it.each([
    ['with nothing that passes is a longer cut', shut, 'cut'],
    ['that lasts is one thing', cutOff, 'cut'],
    ['is a part of a refusal', refusing, 'refuse'],
  ] as const)('%s, whichever is told first', (_, state, fault) => {
    const before = seen([0, klass()], [1000, state]);
    before.did({ do: 'cut', lanes: ['sse'] }, 1010);
    const after = seen([0, klass()]);
    after.did({ do: 'cut', lanes: ['sse'] }, 1000);
    after.take(state, 1010, local);
    for (const windows of [before, after]) {
      windows.take(state, 2000, local);
      windows.take(klass(), 4000, local);
      expect(windows.all()).toMatchObject([{ fault, lanes: ['sse'], to: 4000 }]);
    }
  });

  it('that comes much later is one of its own', () => {
    const windows = seen([0, klass()], [1000, shut]);
    windows.did({ do: 'cut', lanes: ['sse'] }, 3000);
    expect(windows.all().map(({ fault }) => fault)).toEqual(['stall', 'cut']);
  });
});

describe('a server that is away', () => {
  const server = (state: 'down' | 'starting' | 'draining' | 'up', since: number, pid: number | null) =>
    klass({}, { sse: { state, since_us: us(since), pid } });

  it('was killed if it was down, from the instant at which it went', () => {
    const windows = seen(
      [0, klass()],
      [1080, server('down', 1000, null)],
      [3080, server('starting', 3000, 8)],
      [3280, server('up', 3200, 8)],
      [9000, server('up', 3200, 8)],
    );
    expect(windows.all()).toEqual([{ fault: 'kill', value: 0, lanes: ['sse'], from: 1000, to: 3200 }]);
  });

  it('was deployed if it drained, and restarted if it only starts', () => {
    const drained = seen([0, klass()], [1010, server('draining', 1000, 7)], [1500, server('starting', 1400, 8)]);
    expect(drained.all()).toMatchObject([{ fault: 'deploy', from: 1000, to: null }]);
    const started = seen([0, klass()], [1010, server('starting', 1000, 8)]);
    expect(started.all()).toMatchObject([{ fault: 'restart', from: 1000, to: null }]);
  });

  it('is seen by the number of its process when it was quicker than the telling', () => {
    const windows = seen([0, klass()]);
    windows.did({ do: 'deploy', lanes: ['sse'] }, 1000);
    windows.take(server('up', 1060, 8), 1080, local);
    windows.take(server('up', 2000, 9), 2080, local);
    expect(windows.all()).toEqual([
      { fault: 'deploy', value: 0, lanes: ['sse'], from: 1060, to: 1060 },
      { fault: 'restart', value: 0, lanes: ['sse'], from: 2000, to: 2000 },
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
  it('is the newest that is over, for half a minute', () => {
    const windows = seen(
      [0, klass()],
      [1000, klass({ sse: { stall: true } })],
      [2000, klass()],
      [3000, lagging],
      [4000, klass()],
      [5000, klass({ sse: { lumps: true } })],
    ).all();
    expect(recovering(windows, 'sse', 6000)).toMatchObject({ fault: 'stall', to: 2000 });
    expect(recovering(windows, 'sse', 1500)).toBeNull();
    expect(recovering(windows, 'sse', 32_000)).toBeNull();
    expect(recovering(windows, 'poll', 6000)).toBeNull();
  });
});
