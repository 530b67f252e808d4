// The report without a browser: numbers, axes, labels, which cells belong together, and what the charts say in words.

import { describe, expect, test } from 'vitest';

import { three } from '../src/digits.ts';
import { facetsOf, type Facet } from '../src/report/facets.ts';
import { ALONG as FRONTIER, frontierInWords, frontierOf } from '../src/report/frontier.ts';
import { apart, place, widthOf, type Box } from '../src/report/labels.ts';
import { markPath } from '../src/report/mark.ts';
import { lasting, signOf, sized, spread, tick } from '../src/report/number.ts';
import { overClients } from '../src/report/over-clients.ts';
import { curvesInWords, curvesOf } from '../src/report/percentiles.ts';
import { instant, provenance, roundsLine } from '../src/report/provenance.ts';
import { left } from '../src/report/quick.ts';
import { hdrScale, linearScale, logScale, logTicks } from '../src/report/scale.ts';
import { heaviest, loads, seriesOf, shared } from '../src/report/series.ts';
import { firstLang } from '../src/report/single-choice.ts';
import { fault, type Cell, type View } from '../src/report/view.ts';
import { bytes, unit, WAYS } from '../src/words.ts';
import { INTERVALS_MS, SERVERS, SYNTHETIC } from './report-synthetic.ts';

const most = SYNTHETIC.cells.filter(({ settings }) => settings.clients === 1000);
const hundred = SYNTHETIC.cells.filter(({ settings }) => settings.clients === 100);

/** A chart that is one picture. */
const whole = (cells: readonly Cell[], told: Facet['told'] = ['clients']) => ({ cells, told });

describe('numbers', () => {
  test('have three significant digits, a real minus and commas', () => {
    const written = [0, 0.001234, 0.3, 0.9996, 1, 9.995, 12.34, 99.96, 123.4, 1234.5, 1_234_567, -0.5];
    expect(written.map((value) => three(value))).toEqual(
      '0 0.00123 0.300 1.00 1.00 10.0 12.3 100 123 1,235 1,234,567 \u22120.500'.split(' '),
    );
    expect(three(-0.0001, 2)).toBe('0.00');
  });

  test('in a spread share their decimals', () => {
    expect(spread(9.8, 10.4, false)).toBe('9.8–10.4');
    expect(spread(1, 1.001, false)).toBe('1.00');
    expect(spread(-1, 2, false)).toBe('\u22121.00 … 2.00');
    expect(spread(998, 1000, true)).toBe('998–1,000');
  });

  test('of bytes are the same on the board and in a report', () => {
    for (const number of [1, 42, 384, 999, 1000, 9_994, 12_000, 99_960, 999_400, 999_600, 12_345_678, 1_234_567_890])
      expect(unit(...bytes(number)).split('\u202f')[1], `${number}`).toBe(sized(number, 'B').split('\u202f')[1]);
    expect([1000, 12_345, 999_600, 1_234_567_890].map((number) => unit(...bytes(number)))).toEqual(
      [1000, 12_345, 999_600, 1_234_567_890].map((number) => sized(number, 'B')),
    );
    expect(unit(...bytes(41.6))).toBe('42\u202fB');
  });

  test('find their unit, parted by a narrow space that does not break', () => {
    expect(sized(0.00052, 's')).toBe('520\u202fµs');
    expect(sized(2500, 'us')).toBe('2.50\u202fms');
    expect(sized(12_000, 'B')).toBe('12.0\u202fkB');
    expect(sized(0, 's')).toBe('0\u202fs');
    expect(tick(0.001, 's')).toBe('1\u202fms');
    expect(['us', 'count', 'KiB per connection', '%'].map(signOf)).toEqual(['µs', '', 'KiB', '%']);
    expect(lasting(118.2, 'min', 's')).toBe('1\u202fmin 58\u202fs');
    expect(lasting(120, '分', '秒')).toBe('2\u202f分');
  });
});

describe('axes', () => {
  test('a decade takes the same room everywhere on a logarithmic one', () => {
    const scale = logScale([0.001, 0.01, 0.1, 1], 0, 300);
    const steps = [0.01, 0.1, 1].map((value) => scale(value) - scale(value / 10));
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!, 9);
    expect(scale(0.001)).toBeGreaterThan(0);
    expect(scale(1)).toBeLessThan(300);
    expect(scale.ticks).toEqual([0.001, 0.01, 0.1, 1]);
  });

  test('a short logarithmic one has 1, 2 and 5; what is not above 0 does not move it', () => {
    expect(logTicks(0.9, 60)).toEqual([1, 2, 5, 10, 20, 50]);
    expect(logScale([0, -1, 1, 10], 0, 100)(1)).toBe(logScale([1, 10], 0, 100)(1));
    expect(logScale([], 0, 100).ticks.length).toBeGreaterThan(0);
  });

  test('a linear one begins at 0 and has few ticks', () => {
    const scale = linearScale([3, 47], 100, 0);
    expect(scale(0)).toBe(100);
    expect(scale.ticks).toEqual([0, 10, 20, 30, 40]);
  });

  test('every further nine takes the same room, and the last value stands at the end', () => {
    const scale = hdrScale([0, 0.5, 0.9, 0.99, 0.999, 1], 0, 360);
    expect(scale(0.99) - scale(0.9)).toBeCloseTo(scale(0.999) - scale(0.99), 6);
    expect(scale(1)).toBe(360);
    expect(scale(0.999)).toBeLessThan(360);
    expect(scale.ticks).toEqual([0, 0.5, 0.9, 0.99, 0.999, 1]);
  });
});

describe('labels', () => {
  test('are moved apart, in their order, and stay inside', () => {
    const moved = apart([50, 51, 52, 99], [16, 16, 32, 16], 0, 100);
    for (const [at, height] of moved.map((at, index) => [at, [16, 16, 32, 16][index]!] as const)) {
      expect(at - height / 2).toBeGreaterThanOrEqual(0);
      expect(at + height / 2).toBeLessThanOrEqual(100);
    }
    expect(moved[1]! - moved[0]!).toBeGreaterThanOrEqual(16);
    expect(moved[2]! - moved[1]!).toBeGreaterThanOrEqual(24);
    expect(moved[3]! - moved[2]!).toBeGreaterThanOrEqual(24);
  });

  test('of points that lie close lie apart, and not on what is drawn', () => {
    const wishes = ['WebSocket', 'SSE', 'Long polling'].map((text, index) => ({ text, x: 100, y: 100 + index * 4 }));
    const taken: Box[] = [{ x: 112, y: 90, width: 60, height: 12 }];
    const boxes = [...taken, ...place(wishes, 13, { x: 0, y: 0, width: 400, height: 300 }, taken)];
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart, `${JSON.stringify(a)} ${JSON.stringify(b)}`).toBe(true);
      }
    }
    expect(widthOf('长轮询', 10)).toBe(30);
  });

  test('marks of the four ways are four shapes', () => {
    expect(new Set(WAYS.map((way) => markPath(way, 0, 0, 10))).size).toBe(4);
  });
});

describe('the frontier', () => {
  test('joins polling over its intervals and leaves the others points', () => {
    const { lines } = frontierOf(SYNTHETIC, whole(hundred, FRONTIER), 'cpu', 'own', 'en');
    expect(lines.map(({ way, points }) => `${way} ${points.length}`)).toEqual([
      `poll ${INTERVALS_MS.length}`,
      'long-poll 1',
      'ws 1',
      'sse 1',
    ]);
    expect(lines[0]!.points.map(({ interval_ms }) => interval_ms)).toEqual(INTERVALS_MS);
    expect(lines.map(({ dash }) => dash)).toEqual(['', '', '', '']);
  });

  test('says between which measured intervals polling costs what SSE costs', () => {
    const { same, lines } = frontierOf(SYNTHETIC, whole(most, FRONTIER), 'cpu', 'own', 'en');
    const sse = lines.find(({ way }) => way === 'sse')!.points[0]!;
    expect(same?.name).toBe('SSE');
    expect(same!.from.cost.median).toBeGreaterThanOrEqual(sse.cost.median);
    expect(same!.to.cost.median).toBeLessThan(sse.cost.median);
    expect([same!.from.interval, same!.to.interval]).toEqual(['1\u202fs', '2\u202fs']);
    const without = frontierOf(
      SYNTHETIC,
      whole(
        most.filter(({ settings }) => settings.way !== 'poll'),
        FRONTIER,
      ),
      'cpu',
      'own',
      'en',
    );
    expect(without.same).toBeNull();
  });

  test('leaves out what is missing or nought, and says why, in both languages', () => {
    const { leftOut } = frontierOf(SYNTHETIC, whole(most, FRONTIER), 'bytes', 'whole', 'en');
    expect(leftOut).toEqual([
      'Ajax polling, 0.1 s, 1,000 clients (SYNTHETIC: the generator was saturated in all rounds)',
    ]);
    const nought: Cell = {
      ...hundred.at(-1)!,
      figures: { ...hundred.at(-1)!.figures, staleness_own: { median: 0, low: -1, high: 1 } },
    };
    expect(frontierOf(SYNTHETIC, whole([nought], FRONTIER), 'cpu', 'own', 'zh').leftOut[0]).toContain('不大于零');
  });

  test('is told in words with units', () => {
    const told = frontierInWords(frontierOf(SYNTHETIC, whole(hundred, FRONTIER), 'cpu', 'own', 'en'), 'Title');
    expect(told).toMatch(/^Title\. Ajax polling, 0\.1\u202fs: [\d.]+\u202fms, \d+\u202fµs; /);
    expect(told).toContain('SSE: ');
    for (const lang of ['en', 'zh'] as const)
      expect(frontierInWords(frontierOf(SYNTHETIC, whole(most, FRONTIER), 'cpu', 'own', lang), '')).not.toMatch(
        /NaN|undefined|Infinity/,
      );
  });
});

describe('percentiles', () => {
  test('are a line for each cell, marked where the axis has a number', () => {
    const { curves, leftOut } = curvesOf(SYNTHETIC, whole(most), 'en');
    expect(curves.map(({ label }) => label)).toContain('Ajax polling, 0.25\u202fs');
    expect(curves).toHaveLength(most.length - 1);
    expect(leftOut).toHaveLength(1);
    for (const { marks, points } of curves) {
      expect(marks.at(-1)).toBe(points.at(-1));
      expect(marks.length).toBeGreaterThanOrEqual(5);
    }
  });

  test('are told in words', () => {
    const { curves } = curvesOf(SYNTHETIC, whole(most), 'zh');
    expect(curvesInWords(curves, '题', 'zh')).toMatch(
      /^题\. .*SSE: 50\u202f% [\d.]+\u202f[µm]s, 99\u202f% [\d.]+\u202fms, 全部 [\d.]+\u202fms\.$/,
    );
  });
});

describe('small pictures', () => {
  test('are one for each server and front, and their series need no more than the name of the way', () => {
    const facets = facetsOf(SERVERS.cells, SERVERS, ['clients'], 'en');
    expect(facets.map(({ title }) => title)).toEqual([
      'fourways, nothing in front',
      'node, nothing in front',
      'go, nginx that buffers',
    ]);
    for (const facet of facets) {
      const labels = curvesOf(SERVERS, facet, 'en').curves.map(({ label }) => label);
      expect(labels).toEqual(['Ajax polling', 'Long polling', 'WebSocket', 'SSE']);
    }
    expect(facets.flatMap(({ cells }) => cells)).toHaveLength(SERVERS.cells.length);
  });

  test('are not made of a setting of one way only, nor of a few series', () => {
    expect(facetsOf(SYNTHETIC.cells, SYNTHETIC, ['clients'], 'zh').map(({ title }) => title)).toEqual(['']);
    expect(facetsOf(SERVERS.cells.slice(2, 6), SERVERS, ['clients'], 'zh')).toHaveLength(1);
  });
});

describe('series', () => {
  test('a line over clients breaks off where a figure is missing', () => {
    const { lines, leftOut } = overClients(SYNTHETIC, whole(SYNTHETIC.cells), 'cpu_per_client', 'en');
    const fast = lines.filter(({ label }) => label.includes('0.1\u202fs'));
    expect(fast.map(({ points }) => points.map(({ clients }) => clients))).toEqual([[10, 100]]);
    expect(leftOut).toHaveLength(1);
  });

  test('servers and fronts are told by label and dash, ways by name', () => {
    const series = seriesOf(SERVERS.cells, SERVERS, ['clients'], 'en');
    expect(series.map(({ label }) => label)).toContain('SSE, go, nginx that buffers');
    expect(new Set(series.filter(({ label }) => label.includes('node')).map(({ dash }) => dash)).size).toBe(1);
    expect(new Set(series.map(({ dash }) => dash)).size).toBe(3);
  });

  test('the load that is shown first is the heaviest at which every way was measured', () => {
    expect(loads(SYNTHETIC)).toEqual([10, 100, 1000]);
    expect(heaviest(SYNTHETIC)).toBe(1000);
    const cells = SYNTHETIC.cells.map((cell) =>
      cell.settings.way === 'sse' && cell.settings.clients === 1000 ? { ...cell, latency_curve: [] } : cell,
    );
    expect(heaviest({ ...SYNTHETIC, cells })).toBe(100);
  });

  test('settings of ways that were not measured are not shown', () => {
    const cells = SYNTHETIC.cells.filter(({ settings }) => settings.way === 'sse');
    const view: View = { ...SYNTHETIC, cells, varied: ['clients'] };
    expect(shared(view)).not.toContain('interval_ms');
    expect(shared(view)).toContain('rate');
  });
});

describe('a run', () => {
  test('says where it comes from', () => {
    expect(instant('2026-11-23T14:00:59Z')).toBe('2026-11-23 14:00 UTC');
    expect(instant('soon')).toBe('soon');
    expect(provenance(SYNTHETIC, 'en')).toBe(
      'synthetic, 2 cores, 8.00\u202fGiB memory, Linux, fourways 0.0.0, seed 1, load before it 0.4, generator at most 28.8\u202f% of a core, took 1\u202fmin 58\u202fs.',
    );
    const bare: View = { ...SYNTHETIC, machine: { cores: 1 }, load_1m: null, versions: {}, cells: [] };
    expect(provenance(bare, 'zh')).toBe('1 核，种子 1，用时 1\u202f分 58\u202f秒。');
    expect(roundsLine(SYNTHETIC, 'en')).toContain('3 interleaved rounds');
    expect(roundsLine(bare, 'en')).toBe('');
  });

  test('that is none says what is wrong with it', () => {
    expect(fault(SYNTHETIC)).toBeNull();
    expect(fault(null)).toEqual({ en: 'not an object', zh: '不是一个对象' });
    expect(fault({ ...SYNTHETIC, cells: {} })).toEqual({ en: '"cells" is not a list', zh: '"cells" 不是列表' });
    expect(fault({ ...SYNTHETIC, machine: null })?.en).toBe('"machine" is not an object');
    const second = fault({ ...SYNTHETIC, cells: [SYNTHETIC.cells[0], {}] });
    expect([second?.en, second?.zh]).toEqual([expect.stringContaining('cell 2'), expect.stringContaining('第 2 组')]);
  });

  test('tells how long it will take, from how it went', () => {
    const step = (done: number) => ({ done, total: 10, percent: done * 10, state: 'running' });
    expect(left({ at: 0, done: 0 }, 0, step(0))).toBeNull();
    expect(left({ at: 1000, done: 2 }, 5000, step(4))).toBe(12);
  });
});

test('the single file opens in the language that was asked for, or else the first known one of the browser', () => {
  expect(firstLang('?lang=zh', ['en'])).toBe('zh');
  expect(firstLang('?lang=tlh', ['de-DE', 'zh-CN', 'en'])).toBe('zh');
  expect(firstLang('', ['de'])).toBe('en');
});
