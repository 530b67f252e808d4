// The lab of the connection budget, with a browser that is played here: it lets so many through to one origin, and the
// next one as soon as one of them goes, the plain request among them.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Attempt } from '../src/class/budget/attempt.ts';
import { budgetWords, MANNERS, type Standing } from '../src/class/budget/budget-words.ts';
import { GIVE_BACK_MS, Lab, PATIENCE_MS, type Hand, type Opener } from '../src/class/budget/lab.ts';
import { otherOrigins } from '../src/class/budget/origins.ts';
import { look, wayOf } from '../src/class/budget/picture.ts';

/** What waits in line: called when it has a connection. */
type Waiting = () => void;

class Budget {
  readonly line: Waiting[] = [];
  readonly hands: Hand[] = [];
  taken = 0;
  constructor(private readonly size: number) {}

  take(go: Waiting): () => void {
    this.line.push(go);
    queueMicrotask(() => this.#next());
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      const place = this.line.indexOf(go);
      if (place >= 0) this.line.splice(place, 1);
      else this.taken -= 1;
      this.#next();
    };
  }

  #next(): void {
    while (this.taken < this.size && this.line.length > 0) {
      this.taken += 1;
      this.line.shift()!();
    }
  }

  readonly opener: Opener = (_, hand) => {
    this.hands.push(hand);
    return this.take(() => hand.become('open'));
  };

  readonly ask = (signal: AbortSignal) =>
    new Promise<void>((answered, failed) => {
      const leave = this.take(() => {
        answered();
        leave();
      });
      signal.addEventListener('abort', () => {
        leave();
        failed(new Error('aborted'));
      });
    });
}

const made: Lab[] = [];
function open(many: number, budget = new Budget(6)) {
  const lab = new Lab(budget.ask, () => {});
  made.push(lab);
  lab.open(many, budget.opener);
  return { lab, budget };
}
const stages = (lab: Lab) => lab.attempts.map(({ stage }) => stage).join(' ');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const lab of made.splice(0)) lab.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the lab', () => {
  it('asks as soon as all are through, and is answered', async () => {
    const { lab } = open(5);
    await vi.advanceTimersByTimeAsync(1);
    expect(lab.result).toEqual({ of: 5, open: 5, fed: 0, waiting: 0, lost: 0, request: { answered_ms: 0 } });
  });

  it.each([
    [6, 0, 0],
    [8, 2, 1000],
  ])('says that the request hangs beside %i', async (many, waiting, settled_ms) => {
    const { lab } = open(many);
    await vi.advanceTimersByTimeAsync(settled_ms + PATIENCE_MS - 2);
    expect(lab.result).toBeNull();
    await vi.advanceTimersByTimeAsync(3);
    expect(lab.result).toEqual({ of: many, open: 6, fed: 0, waiting, lost: 0, request: 'hangs' });
  });

  it('gives the place of the one that goes to the next, and remembers that it had hung', async () => {
    const { lab } = open(7);
    await vi.advanceTimersByTimeAsync(1000 + PATIENCE_MS);
    lab.closeOne();
    await vi.advanceTimersByTimeAsync(1);
    expect(stages(lab)).toBe('closed open open open open open open');
    expect(lab.request?.stage).toBe('waiting');
    lab.closeOne();
    await vi.advanceTimersByTimeAsync(1);
    expect(lab.request?.stage).toBe('answered');
    expect(lab.result?.request).toBe('hangs');
  });

  it('gives the connections back after a while, but only if something waits', async () => {
    const [{ lab: full, budget }, { lab: roomy }] = [open(8), open(3)];
    await vi.advanceTimersByTimeAsync(GIVE_BACK_MS - 1);
    expect(full.ended).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect([full.gaveBack, full.request?.stage, budget.taken]).toEqual([true, 'closed', 0]);
    expect(new Set(full.attempts.map(({ stage }) => stage))).toEqual(new Set(['closed']));
    expect([roomy.ended, roomy.gaveBack, stages(roomy)]).toEqual([null, false, 'open open open']);
  });

  it('hears nothing of what it has let go of', async () => {
    const { lab, budget } = open(2);
    await vi.advanceTimersByTimeAsync(1);
    budget.hands[0]!.event();
    lab.close();
    budget.hands[0]!.become('open');
    budget.hands[0]!.event();
    expect([stages(lab), lab.attempts[0]!.events]).toEqual(['closed closed', 1]);
  });

  it('begins anew with nothing left of the last round', async () => {
    const { lab, budget } = open(8);
    await vi.advanceTimersByTimeAsync(1000 + PATIENCE_MS);
    lab.open(2, budget.opener);
    await vi.advanceTimersByTimeAsync(1);
    expect([stages(lab), budget.taken]).toEqual(['open open', 2]);
    expect(lab.result).toMatchObject({ of: 2, open: 2, request: { answered_ms: 0 } });
  });

  it('tells a server that is away from a budget that is used up', async () => {
    const lab = new Lab(
      () => Promise.reject(new TypeError('no network')),
      () => {},
    );
    made.push(lab);
    lab.open(2, (_, hand) => {
      queueMicrotask(() => hand.become('lost'));
      return () => {};
    });
    await vi.advanceTimersByTimeAsync(1);
    expect(lab.result).toEqual({ of: 2, open: 0, fed: 0, waiting: 0, lost: 2, request: 'lost' });
  });
});

describe('an attempt', () => {
  it('counts from when it was asked for to when it first got through', () => {
    const attempt = new Attempt(100);
    expect(attempt.after_ms).toBeNull();
    for (const [stage, at] of [
      ['lost', 110],
      ['open', 130],
      ['lost', 150],
      ['open', 190],
    ] as const) {
      attempt.become(stage, at);
    }
    expect([attempt.after_ms, attempt.since_ms(200)]).toEqual([30, 10]);
  });
});

describe('the picture', () => {
  it('has a band for each stage, in percent of the axis', async () => {
    const { lab } = open(7);
    await vi.advanceTimersByTimeAsync(3000);
    const picture = look(lab, performance.now())!;
    expect(picture.ticks).toEqual([
      { left: 0, s: 0 },
      { left: expect.closeTo(100 / 3), s: 2 },
      { left: expect.closeTo(200 / 3), s: 4 },
      { left: 100, s: 6 },
    ]);
    expect(picture.rows.map(({ number, stage }) => [number, stage]).slice(5)).toEqual([
      [6, 'open'],
      [7, 'waiting'],
      [null, 'waiting'],
    ]);
    expect(picture.rows[0]!.bands).toEqual([{ stage: 'open', left: 0, width: 50 }]);
    expect(picture.rows.at(-1)!.bands[0]!.left).toBeCloseTo(100 / 6);
    expect(picture.rows.map((row) => wayOf(row, 'sockets')).slice(6)).toEqual(['ws', 'poll']);
  });

  it('slides when it lasts longer than the axis', async () => {
    const { lab } = open(1);
    await vi.advanceTimersByTimeAsync(75_000);
    const { rows, ticks } = look(lab, performance.now())!;
    expect(rows[0]!.bands).toEqual([{ stage: 'open', left: 0, width: 100 }]);
    expect(ticks.map(({ s }) => s)).toEqual([20, 40, 60]);
    expect(rows[1]!.bands).toEqual([]); // the answer has gone out of sight
  });

  it('stands still when all is closed', async () => {
    const { lab } = open(8);
    await vi.advanceTimersByTimeAsync(2000);
    lab.close();
    const before = look(lab, performance.now());
    await vi.advanceTimersByTimeAsync(9000);
    expect(look(lab, performance.now())).toEqual(before);
    lab.clear();
    expect(look(lab, performance.now())).toBeNull();
  });
});

describe('other origins', () => {
  const fair = { delay_ms: 0, jitter_ms: 0, rate_bits: null, stall: false, lumps: false };
  const weather = { ...fair, slow_reader_bits: null, refuse: null, cut_every_ms: null };
  const lanes = [
    { way: 'poll', port: 8081, state: 'up', weather },
    { way: 'long-poll', port: 8082, state: 'down', weather },
    { way: 'ws', port: 8083, state: 'up', weather: { ...weather, stall: true } },
    { way: 'sse', port: 8084, state: 'up', weather, last_break: { kind: 'cut', until_us: null } },
    { way: 'sse', port: 8085, state: 'up', weather, last_break: { kind: 'cut', until_us: 5 } },
  ];
  const answer = (status: number, body: unknown) => {
    vi.stubGlobal('location', { protocol: 'http:', hostname: '192.168.1.20' });
    vi.stubGlobal('fetch', async () => Response.json(body, { status }));
  };

  it('are the lanes of the class that nobody is breaking', async () => {
    answer(200, { lanes });
    expect(await otherOrigins()).toEqual(['http://192.168.1.20:8081', 'http://192.168.1.20:8085']);
    answer(200, { lanes: lanes.slice(1, 4) });
    expect(await otherOrigins()).toBe('broken');
  });

  it('are missing for a reason', async () => {
    answer(404, {});
    expect(await otherOrigins()).toBe('alone');
    answer(503, {});
    expect(await otherOrigins()).toBe('silent');
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    expect(await otherOrigins()).toBe('silent');
  });
});

describe('the words', () => {
  const counts = { of: 8, open: 6, fed: 0, waiting: 2, lost: 0 };
  const full: Standing = { ...counts, request: 'waiting' };

  it('say what was counted', () => {
    const { finding } = budgetWords.en;
    expect(finding('each', full)).toBe('6 of 8 streams are open, 2 wait. The plain request waits as well.');
    const one: Standing = { of: 8, open: 1, fed: 7, waiting: 0, lost: 0, request: { answered_ms: 3.14 } };
    expect(finding('shared', one)).toBe('1 stream feeds 7 more. The plain request was answered after 3.1\u202fms.');
    expect(finding('shared', { ...one, open: 0, fed: 8, request: 'unasked' })).toBe(
      'Another tab holds the stream that feeds 8 here.',
    );
    expect(finding('sockets', { ...counts, open: 0, waiting: 0, lost: 8, request: 'lost' })).toMatch(/^None/);
  });

  it('say the same figures in Chinese', () => {
    for (const manner of MANNERS) {
      const figures = (lang: 'en' | 'zh') => budgetWords[lang].finding(manner, full).match(/\d+/g)?.toSorted();
      expect(figures('zh')).toEqual(figures('en'));
      expect(budgetWords.zh.finding(manner, full)).toMatch(/\p{Script=Han}.*。$/u);
      expect(budgetWords.zh.question(manner, 8)).toMatch(/8.*？$/);
    }
  });
});
