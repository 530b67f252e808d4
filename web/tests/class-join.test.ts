// A phone in the class: what it heard and slept through, where it goes on, and the wave that the board makes of it. No
// browser, no server: the few things of one that are touched are played here.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick, shallowRef } from 'vue';

import { cursorFor, forget, recall, remember } from '../src/class/join/memory.ts';
import { useMyBet } from '../src/class/join/my-bet.ts';
import { PhoneLane } from '../src/class/join/phone-lane.ts';
import { latency } from '../src/class/join/phone-sight.ts';
import { Sleep } from '../src/class/join/sleep.ts';
import { qrPath } from '../src/class/qr-path.ts';
import type { ClassState } from '../src/class/state.ts';
import { isInWave, Wave } from '../src/class/wave.ts';
import { LaneRecord } from '../src/lane/record.ts';
import { Truth } from '../src/lane/truth.ts';
import { klass } from './fault-class.ts';

const EPOCH = 'aaaaaa';
/** The clock of the server is a thousand seconds ahead. */
const local = (at: number) => at / 1000 - 1_000_000;
const at = (instant: number) => (instant + 1_000_000) * 1000;

afterEach(() => vi.unstubAllGlobals());

/** A lane of one symbol; `hear` brings its n-th price, published and arrived at these instants. */
function lane() {
  const record = new LaneRecord({ way: 'sse', symbol: 'ACME', truth: new Truth(), local, turn: () => 1 });
  const hear = (seq: number, published: number, arrived: number) =>
    record.event(EPOCH, { seq, at: at(published), symbol: 'ACME', value: 100 + seq, change: 0 }, arrived);
  return { record, hear };
}

/** A promise, and what keeps it. */
function promised<T>(): [Promise<T>, (value: T) => void] {
  let keep!: (value: T) => void;
  const promise = new Promise<T>((done) => (keep = done));
  return [promise, keep];
}

describe('latency', () => {
  it('is the median from publication to arrival', () => {
    const { record, hear } = lane();
    expect(latency(record, 0, 10_000, 0)).toBeNull();
    hear(1, 100, 110);
    hear(2, 600, 690);
    expect(latency(record, 0, 10_000, 0)).toBe(50);
    hear(3, 1100, 1130);
    expect(latency(record, 0, 10_000, 0)).toBe(30);
  });

  it('leaves out what nobody waited for, what left the view, and a clock that is off', () => {
    const { record, hear } = lane();
    hear(1, 100, 5100); // a snapshot, or a replay: published before anybody listened
    hear(2, 5500, 5540);
    expect(latency(record, 0, 10_000, 5000)).toBe(40);
    expect(latency(record, 5541, 10_000, 5000)).toBeNull();
    hear(3, 6010, 6000);
    expect(latency(record, 6000, 10_000, 5000)).toBe(0);
  });
});

describe('a sleep', () => {
  it('is told with what came late and what never came', () => {
    const { record, hear } = lane();
    const sleep = new Sleep(record);
    hear(1, 0, 10);
    sleep.fell(50_000, at(1000));
    sleep.woke(9000, 58_000); // the clock of the page stood still for a while: the wall clock tells 8 s
    expect(sleep.told(9000)).toBeNull();
    expect(sleep.wokeAt()).toBe(9000);
    for (const seq of [4, 5, 6]) hear(seq, 2000 + seq * 1000, 9010); // 2 and 3 had left the window
    expect(sleep.told(9100)).toEqual({ ms: 8000, late: 3, missed: 2, atLeast: false });
    // Whatever is lost later is not lost to the sleep, and what is new is not late.
    hear(9, 9500, 9510);
    expect(sleep.told(9600)).toEqual({ ms: 8000, late: 3, missed: 2, atLeast: false });
    expect(sleep.told(9000 + 60_001)).toBeNull();
  });

  it('that is a glance is none', () => {
    const { record, hear } = lane();
    const sleep = new Sleep(record);
    sleep.woke(10, 10);
    sleep.fell(50_000, at(1000));
    sleep.woke(1500, 50_900);
    hear(1, 1600, 1610);
    expect([sleep.told(1700), sleep.wokeAt()]).toEqual([null, null]);
  });
});

describe('where a phone goes on', () => {
  let store: Map<string, string>;
  beforeEach(() => {
    store = new Map();
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => store.get(name) ?? null,
      setItem: (name: string, value: string) => store.set(name, value),
      removeItem: (name: string) => store.delete(name),
    });
  });

  it('stays in the tab until it is forgotten', () => {
    expect(recall()).toBeNull();
    remember({ way: 'long-poll', cursor: `${EPOCH}-17` });
    expect(recall()).toEqual({ way: 'long-poll', cursor: `${EPOCH}-17` });
    remember({ way: 'ws', cursor: '' });
    expect(recall()).toEqual({ way: 'ws', cursor: '' });
    forget();
    expect(recall()).toBeNull();
  });

  it('is no lane if it names none', () => {
    for (const kept of ['', 'tcp aaaaaa-1', ' ']) {
      store.set('lane', kept);
      expect(recall(), kept).toBeNull();
    }
  });

  it('is nowhere in a browser that keeps nothing', () => {
    const refuse = () => {
      throw new Error('denied');
    };
    vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
    remember({ way: 'ws', cursor: '' });
    forget();
    expect(recall()).toBeNull();
  });

  it('is a cursor of the same lane and epoch, and never one for polling', () => {
    const cursor = `${EPOCH}-17`;
    expect(cursorFor('sse', EPOCH, { way: 'sse', cursor })).toBe(cursor);
    for (const [way, epoch, place] of [
      ['sse', EPOCH, null],
      ['sse', EPOCH, { way: 'ws', cursor }],
      ['sse', 'bbbbbb', { way: 'sse', cursor }],
      ['sse', 'aaaa', { way: 'sse', cursor }],
      ['poll', EPOCH, { way: 'poll', cursor }],
    ] as const) {
      expect(cursorFor(way, epoch, place)).toBe('');
    }
  });
});

describe('a bet', () => {
  const told = (open: boolean, opened_us: number | null): ClassState => ({
    ...klass(),
    bets: { open, hidden: true, opened_us, placed: 3, counts: null },
  });
  /** A page that was loaded, and what it said. */
  function loaded(state: ClassState) {
    const said: string[] = [];
    const held = shallowRef<ClassState | null>(state);
    const mine = useMyBet({ state: held, bet: (way) => void said.push(way) });
    return { ...mine, said, held };
  }
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
      removeItem: (name: string) => kept.delete(name),
    });
  });

  it('is shown again by a page that is loaded again, and counts again as long as bets are taken', () => {
    expect(loaded(told(false, null)).mine.value).toBeNull();
    const first = loaded(told(true, 5));
    expect(first.mine.value).toBeNull();
    first.bet('sse');
    expect(first.said).toEqual(['sse']);
    const again = loaded(told(true, 5));
    expect([again.mine.value, again.said]).toEqual(['sse', ['sse']]);
    const closed = loaded(told(false, 5));
    expect([closed.mine.value, closed.said]).toEqual(['sse', []]);
  });

  it('is about its own question only, also if that is asked again', async () => {
    const first = loaded(told(true, 5));
    first.bet('sse');
    const later = loaded(told(true, 9));
    expect([later.mine.value, later.said]).toEqual([null, []]);
    first.held.value = told(false, 5);
    await nextTick();
    expect(first.mine.value).toBe('sse');
    first.held.value = told(true, 9);
    await nextTick();
    expect(first.mine.value).toBeNull();
    expect(loaded(told(true, 5)).mine.value).toBeNull();
  });
});

describe('the lane of a phone', () => {
  it('asks its own server for the price and the page for the true one', async () => {
    const asked: string[] = [];
    const [enough, done] = promised<void>();
    const [heard, got] = promised<[string, number]>();
    vi.stubGlobal('document', { visibilityState: 'visible', hidden: false, addEventListener: () => {} });
    vi.stubGlobal('fetch', async (url: string) => {
      asked.push(url);
      if (asked.length === 2) done();
      const event = { seq: 41, at: at(100), symbol: 'ACME', value: 101, change: 0 };
      const body = { epoch: EPOCH, cursor: `${EPOCH}-42`, events: [event], gap: null, end: false };
      return new Response(JSON.stringify(body));
    });
    const now_us = () => at(performance.now());
    const phone = new PhoneLane({
      way: 'poll',
      origin: 'http://192.168.1.20:8081',
      market: {
        seed: 1,
        rate: 0.5,
        symbols: ['BOLT', 'ACME'],
        start_us: now_us() - 60_000_000,
        epoch: EPOCH,
        next: null,
      },
      cursor: '',
      habit: { interval_s: 60, hold_s: 25, forget: false },
      clock: { serverNow: now_us, localOf: local, error_ms: () => 1 },
      got: (epoch, seq) => got([epoch, seq]),
    });
    expect(await heard).toEqual([EPOCH, 41]);
    await enough;
    phone.stop();
    // An event every two seconds for 60 s, less the ten seconds that are looked back.
    expect(asked.toSorted()).toEqual([
      `/poll/stock-price?symbols=ACME&after=${EPOCH}-25`,
      'http://192.168.1.20:8081/poll/stock-price?symbols=ACME',
    ]);
    expect([phone.way, phone.cursor]).toEqual(['poll', `${EPOCH}-42`]);
  });
});

describe('the wave', () => {
  it('is made of the same few ticks on all phones', () => {
    const slow = { rate: 2, symbols: ['ACME'] };
    expect([1, 2, 3].map((seq) => isInWave(seq, slow))).toEqual([true, true, true]);
    // 12.5 a second of one symbol: every fourth.
    const fast = { rate: 100, symbols: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'] };
    const told = Array.from({ length: 100 }, (_, turn) => 3 + turn * 8).filter((seq) => isInWave(seq, fast));
    expect(told.slice(0, 3)).toEqual([3, 35, 67]);
    expect(told.length).toBe(25);
  });

  it('fills as the phones tell, and empties with the next tick', () => {
    const wave = new Wave();
    expect(wave.dots(0)).toEqual([]);
    expect(wave.dots(3)).toEqual([false, false, false]);
    wave.take(10, [3, 1], 0);
    expect(wave.dots(3)).toEqual([true, true, false]);
    wave.take(10, [2], 50);
    expect(wave.dots(3)).toEqual([true, true, true]);
    wave.take(11, [2], 500);
    expect(wave.dots(3)).toEqual([false, true, false]);
    wave.take(10, [1], 510); // too late: there is a newer one
    expect(wave.dots(3)).toEqual([false, true, false]);
  });

  it('never goes on faster than eyes can bear, and then to the newest', () => {
    const wave = new Wave();
    wave.take(1, [1, 2], 0);
    wave.take(2, [1], 100);
    wave.take(3, [2], 200);
    wave.take(2, [2], 210);
    expect(wave.dots(2)).toEqual([true, true]);
    wave.step(399);
    expect(wave.dots(2)).toEqual([true, true]);
    wave.step(400);
    expect(wave.dots(2)).toEqual([false, true]);
  });

  it('drops those that have left, and begins anew with the numbers', () => {
    const wave = new Wave();
    wave.take(900, [1, 2, 3], 0);
    wave.take(901, [1, 3], 1000); // 2 has left
    expect(wave.dots(2)).toEqual([true, true]);
    wave.take(5, [1], 2000);
    expect(wave.dots(2)).toEqual([true, true]);
    wave.reset();
    wave.take(5, [1], 3000);
    expect(wave.dots(2)).toEqual([true, false]);
  });
});

describe('a QR code', () => {
  it('is drawn with exactly its dark modules', () => {
    const picture = ['##.#', '....', '.###', '#..#'];
    const path = qrPath(picture.map((row) => [...row].map((module) => module === '#')));
    const drawn = picture.map(() => '....'.split(''));
    for (const [, x, y, length, back] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)) {
      expect(length).toBe(back);
      for (let place = Number(x); place < Number(x) + Number(length); place += 1) {
        expect(drawn[Number(y)]![place]).toBe('.');
        drawn[Number(y)]![place] = '#';
      }
    }
    expect(drawn.map((row) => row.join(''))).toEqual(picture);
    expect(path.replaceAll(/M\d+ \d+h\d+v1h-\d+z/g, '')).toBe('');
  });
});
