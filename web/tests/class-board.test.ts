// What a board counts and draws in a class: what passed on the wire, what a server process uses, and the steps of a
// picture that stands still. No browser, no server.

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ref, shallowRef } from 'vue';

import { classWords } from '../src/class/class-words.ts';
import type { Live } from '../src/class/live.ts';
import { ClassRoads } from '../src/class/roads.ts';
import type { Cost, Mark, MarkKind } from '../src/class/state.ts';
import { Usage } from '../src/class/usage.ts';
import { factsOf } from '../src/components/lane-facts.ts';
import { countedOf, type Sight } from '../src/components/sight.ts';
import { drawLane } from '../src/lane/draw.ts';
import type { Look } from '../src/lane/look.ts';
import { meet } from '../src/lane/meet.ts';
import { nextMoment } from '../src/lane/moments.ts';
import type { Arrow } from '../src/lane/passed.ts';
import type { Placed } from '../src/lane/place.ts';
import { LaneRecord } from '../src/lane/record.ts';
import { Tape } from '../src/lane/tape.ts';
import { Truth } from '../src/lane/truth.ts';
import { WAYS } from '../src/words.ts';

const ID = 'board-sse-k3';
/** The clock of the server is a thousand seconds ahead. */
const local = (us: number) => us / 1000 - 1_000_000;
const us = (instant: number) => (instant + 1_000_000) * 1000;
const mark = (kind: MarkKind, up: boolean, came: number, went = came, bytes = 0, seq: number | null = null): Mark => [
  ID,
  1,
  up,
  kind,
  us(came),
  us(went),
  bytes,
  seq,
];

describe('the tape', () => {
  it('counts what was handed on, by direction, and keeps what was lost for the picture', () => {
    const tape = new Tape();
    expect([tape.total(0), tape.tells(0)]).toEqual([null, false]);
    tape.take(mark('opened', true, 10));
    tape.take(mark('request', true, 10, 100, 200));
    tape.take(mark('answer', false, 101, 190, 150));
    tape.take(mark('event', false, 500, 590, 110, 7));
    tape.take(mark('lost', false, 1000, 1100, 110, 8));
    expect(tape.total(1)).toEqual({ requests: 1, connections: 1, bytes_up: 200, bytes_down: 260, events: 1 });
    expect([tape.open, tape.tells(0)]).toEqual([1, true]);
    tape.take(mark('ended', false, 1100));
    expect([tape.open, tape.total(1)?.connections]).toEqual([0, 1]);
    const kinds = tape.between(us(150), us(1200)).map(({ kind }) => kind);
    expect(kinds).toEqual(['request', 'answer', 'event', 'lost']); // the question was open when it began
  });

  it('knows a connection whose beginning it did not hear', () => {
    const tape = new Tape();
    tape.take(mark('event', false, 5, 5, 80, 1));
    expect([tape.open, tape.total(1)?.connections]).toEqual([1, 1]);
  });

  it('gives the question that was open, and not the ones before', () => {
    const tape = new Tape();
    for (const [kind, up, went] of [
      ['request', true, 10],
      ['answer', false, 20],
      ['request', true, 30],
      ['answer', false, 50],
    ] as const) {
      tape.take(mark(kind, up, went));
    }
    const went = (from: number) => tape.between(from, 1e12).map(({ kind, went_us }) => [kind, went_us]);
    expect(went(tape.pieces[3]!.went_us)).toEqual(tape.pieces.slice(2).map(({ kind, went_us }) => [kind, went_us]));
    expect(went(0)).toHaveLength(4);
  });

  it('says from when on it knows everything', () => {
    const tape = new Tape();
    tape.take(mark('event', false, 5));
    tape.miss(Infinity);
    expect([tape.tells(900), tape.atLeast]).toEqual([false, true]);
    tape.miss(800);
    expect([tape.tells(700), tape.tells(900), tape.atLeast]).toEqual([false, true, true]);
  });
});

describe('what was counted to its end', () => {
  const heard = (record: LaneRecord, seq: number, arrived: number) =>
    record.event('aaaaaa', { seq, at: us(arrived - 10), symbol: 'ACME', value: 100, change: 0 }, arrived);

  it('is all, or what passed since everything is told again', () => {
    const { record, tape } = lane();
    expect(countedOf(tape, record)).toBeNull();
    tape.take(mark('request', true, 1000, 1000, 300));
    tape.take(mark('event', false, 1600, 1600, 100, 1));
    expect(countedOf(tape, record)).toEqual({ requests: 1, connections: 1, bytes_up: 300, bytes_down: 100, events: 1 });
    tape.miss(Infinity);
    heard(record, 2, 2000);
    expect(countedOf(tape, record)).toBeNull();
    tape.miss(2500);
    for (const seq of [3, 4]) {
      tape.take(mark('event', false, 1000 * seq, 1000 * seq, 120, seq));
      heard(record, seq, 1000 * seq);
    }
    expect(countedOf(tape, record)).toEqual({ requests: 0, connections: 0, bytes_up: 0, bytes_down: 240, events: 2 });
    expect(tape.atLeast).toBe(true); // the totals are still the least that they can be
  });
});

describe('the roads', () => {
  let told: (marks: readonly Mark[], left_out: number) => void;
  const open = ref(true);
  const live = {
    open,
    state: shallowRef({ lanes: [{ way: 'sse', port: 8084 }] }),
    onMarks: (ear: typeof told) => {
      told = ear;
      return () => {};
    },
  } as unknown as Live;
  let roads: ClassRoads;
  beforeEach(() => {
    open.value = true;
    roads = new ClassRoads(live);
  });

  it('begin at the host of the page', () => {
    vi.stubGlobal('location', { protocol: 'http:', hostname: '192.168.1.20' });
    expect(roads.origin('sse')).toBe('http://192.168.1.20:8084');
    vi.unstubAllGlobals();
  });

  it('tell each lane what is its own, and nothing of the one before', () => {
    const before = roads.tape('sse', 'board-sse-before');
    const tape = roads.tape('sse', ID);
    const other = roads.tape('ws', 'board-ws-k3');
    told([mark('request', true, 1)], 0);
    expect([before, tape, other].map(({ pieces }) => pieces.length)).toEqual([0, 1, 0]);
    expect(tape.atLeast).toBe(false);
    told([], 3);
    expect([tape.atLeast, other.atLeast]).toEqual([true, true]);
  });

  it('are not known while the connection is away', () => {
    const tape = roads.tape('sse', ID);
    told([mark('request', true, 1)], 0);
    open.value = false;
    expect(tape.tells(performance.now())).toBe(false);
    open.value = true;
    expect(tape.tells(performance.now() + 1)).toBe(true);
    roads.stop();
  });
});

describe('what a process uses', () => {
  const cost = (pid: number | null, cpu_us: number | null): Record<(typeof WAYS)[number], Cost> => {
    const one: Cost = {
      pid,
      cpu_us,
      rss_bytes: 5_800_000,
      sockets: 2,
      open: 1,
      connections: 1,
      refused: 0,
      bytes_up: 0,
      bytes_down: 0,
    };
    return { poll: one, 'long-poll': one, ws: one, sse: one };
  };

  it('is its share of a core over the last seconds', () => {
    const usage = new Usage();
    expect(usage.of('sse', 0)).toBeNull();
    usage.take(cost(7, 0), 1_000_000, 0);
    expect(usage.of('sse', 0)).toEqual({ cpu_percent: null, rss_bytes: 5_800_000, sockets: 2 });
    usage.take(cost(7, 100_000), 2_000_000, 0);
    expect(usage.of('sse', 0)?.cpu_percent).toBe(10);
    for (let second = 3; second <= 8; second += 1) usage.take(cost(7, 100_000), second * 1_000_000, 0);
    expect(usage.of('sse', 0)?.cpu_percent).toBe(0);
  });

  it('is not known any more when nobody tells of it', () => {
    const usage = new Usage();
    usage.take(cost(7, 0), 1_000_000, 500);
    usage.take(cost(7, 100_000), 2_000_000, 1500);
    expect(usage.of('sse', 4500)?.sockets).toBe(2);
    expect(usage.of('sse', 4501)).toBeNull();
    usage.take(cost(7, 100_000), 9_000_000, 8500);
    expect(usage.of('sse', 8600)?.sockets).toBe(2);
  });

  it('begins anew with another process, and is unknown without one', () => {
    const usage = new Usage();
    usage.take(cost(7, 900_000), 1_000_000, 0);
    usage.take(cost(8, 1_000), 2_000_000, 0);
    expect(usage.of('sse', 0)?.cpu_percent).toBeNull();
    usage.take(cost(8, 51_000), 3_000_000, 0);
    expect(usage.of('sse', 0)?.cpu_percent).toBe(5);
    usage.take(cost(null, null), 4_000_000, 0);
    expect(usage.of('sse', 0)?.cpu_percent).toBeNull();
  });

  it('stands in the numbers of a lane only in a class, with a dash where it is not known', () => {
    const counts = { requests: 1200, connections: 1, bytes_up: 100, bytes_down: 200, events: 9 };
    const sight = { counts, countsAtLeast: true, open: 1, answers: 9, received: 9, published: 12 } as Sight;
    const texts = (used: Parameters<typeof factsOf>[3]) =>
      factsOf(sight, 'sse', 'en', used).map((facts) =>
        facts.map(({ before, value, unit }) => `${before} ${value} ${unit}`),
      );
    expect(texts(undefined)[1]?.[0]).toBe(' 3 of 12 prices');
    const [first, second] = texts({ cpu_percent: 0.24, rss_bytes: 5_800_000, sockets: null });
    expect([first?.[0], first?.[2]]).toEqual([' ≥ 1,200 requests', 'CPU 0.2 %']);
    expect(second?.slice(1)).toEqual([' – open sockets', 'memory 5.80 MB']);
    expect(texts(null)[0]?.[2]).toBe('CPU – ');
  });
});

/** A lane with an exchange, an event and a tape. */
function lane() {
  const tape = new Tape();
  const record = new LaneRecord({ way: 'sse', symbol: 'ACME', truth: new Truth(), local, turn: () => 1, tape });
  record.asked(1, 1000);
  record.answered(1, 1200, true);
  record.event('aaaaaa', { seq: 1, at: us(1500), symbol: 'ACME', value: 100, change: 0 }, 1600);
  return { record, tape };
}

describe('a step of time', () => {
  it('goes on to the next thing that happened in any lane', () => {
    const { record } = lane();
    const other = lane().record;
    other.asked(2, 1300);
    other.closed(2, 1900, true);
    const moments: number[] = [];
    for (let at: number | null = 900; at !== null; at = nextMoment([record, other], at)) moments.push(at);
    expect(moments).toEqual([900, 1000, 1200, 1300, 1600, 1900]);
    expect(nextMoment([], 0)).toBeNull();
  });
});

describe('the picture', () => {
  const look = { dot: 9, wArrow: 1.5, wLane: 2, wTruth: 1, text: 14, lane: { sse: 'green' }, ink3: 'grey' } as Look;

  /** The colours of the lines of an arrow, and of the crosses. */
  function strokes({ record }: ReturnType<typeof lane>, now: number) {
    const lines: string[] = [];
    const ctx = new Proxy({} as Record<string, unknown>, {
      get: (held, name) => {
        if (name === 'stroke') return () => lines.push(String(held['strokeStyle']));
        return name in held ? held[name as string] : () => {};
      },
    });
    const frame = { record, now, window_ms: 2000, width: 500, height: 100, parts: 'shape' as const };
    drawLane(ctx as unknown as CanvasRenderingContext2D, frame, { ...look, ink: 'black' } as Look);
    return lines;
  }

  it('has an arrow for each piece that passed, grey for what no page sees', () => {
    const one = lane();
    const believed = strokes(one, 2000).filter((colour) => colour === 'green').length;
    expect(believed).toBe(2); // asked, and one event
    one.tape.take(mark('request', true, 1000, 1090));
    one.tape.take(mark('answer', false, 1100, 1190));
    one.tape.take(mark('event', false, 1510, 1600, 110, 1));
    one.tape.take(mark('ping', false, 1700, 1790));
    one.tape.take(mark('pong', true, 1800, 1890));
    const passed = strokes(one, 2000);
    expect(passed.filter((colour) => colour === 'green')).toHaveLength(3);
    expect(passed.filter((colour) => colour === 'grey')).toHaveLength(2 + 2); // the two lifelines, ping and pong
    expect(passed.filter((colour) => colour === 'black')).toHaveLength(0);
  });

  it('marks what set out and did not arrive', () => {
    const one = lane();
    one.tape.take(mark('request', true, 1000, 1090));
    one.tape.take(mark('lost', false, 1510, 1800, 110, 2));
    expect(strokes(one, 2000).filter((colour) => colour === 'black')).toHaveLength(2); // one cross
    // Asked again, and not even the road heard of it.
    one.record.closed(1, 1800, false);
    one.record.asked(2, 1850);
    one.record.closed(2, 1900, true);
    expect(strokes(one, 2000).filter((colour) => colour === 'black')).toHaveLength(4);
  });
});

describe('a wash', () => {
  const ask = (from: number, answered: number | null = null): Arrow => {
    const arrow = (x1: number, x2: number): Arrow => ({
      kind: 'ask',
      up: true,
      connection: 1,
      from: x1,
      at: x2,
      x1,
      x2,
      n: 0,
      answer: null,
    });
    return { ...arrow(from, from + 90), answer: answered === null ? null : arrow(answered - 90, answered) };
  };
  const believed = (asked: number, answered: number | null): Placed => ({
    of: {
      id: asked,
      asked,
      answered,
      closed: answered,
      news: true,
      lost: false,
      heard: 0,
      newest: null,
    },
    bottomAsk: asked,
    topAsk: asked + 1,
    topEnd: (answered ?? 9999) - 1,
    bottomEnd: answered ?? 9999,
  });
  const edges = ({ bottomAsk, topAsk, topEnd, bottomEnd }: Placed) => [bottomAsk, topAsk, topEnd, bottomEnd];

  it('meets the arrows of its question and its answer', () => {
    const met = meet([believed(1000, 1400), believed(1402, 1800)], [ask(1004, 1390), ask(1403, 1795)], false);
    expect(met.map(edges)).toEqual([
      [1004, 1094, 1300, 1390],
      [1403, 1493, 1705, 1795],
    ]);
  });

  it('reaches over a question that asked for leave', () => {
    const [one] = meet([believed(1000, 1700)], [ask(1004, 1300), ask(1310, 1690)], false);
    expect(edges(one!)).toEqual([1004, 1094, 1600, 1690]);
  });

  it('stays open until the client is answered, and as it is where no road has told of it', () => {
    const [open, untold] = meet([believed(1000, null), believed(3000, 3400)], [ask(500, 800), ask(1004, 1300)], false);
    expect(edges(open!)).toEqual([1004, 1094, 9998, 9999]);
    expect(edges(untold!)).toEqual([3000, 3001, 3399, 3400]);
  });

  it('of a stream begins with the question that opened it', () => {
    const stream = believed(1000, 1000); // the browser came back by itself, and was seen from its answer on
    stream.of.closed = 1800;
    const [met] = meet([stream], [ask(500, 700), ask(800, 990), ask(1900, null)], true);
    expect(edges(met!)).toEqual([800, 890, 999, 1000]);
  });
});

describe('the words', () => {
  it('are there in both languages, for every state of a server', () => {
    expect(Object.keys(classWords.zh)).toEqual(Object.keys(classWords.en));
    expect(classWords.en.standing('down', 'exit 137')).toBe('stopped, exit 137');
    expect(classWords.zh.standing('down', 'exit 137')).toBe('已停止，退出码 137');
    expect(classWords.zh.standing('down', 'SIGKILL')).toBe('已停止，SIGKILL');
    for (const state of ['up', 'starting', 'draining', 'down'] as const) {
      expect(classWords.zh.standing(state, null)).toMatch(/\p{Script=Han}/u);
    }
  });
});
