// A SYNTHETIC run for the tests of the report. None of its figures was measured: they come from the formulas below.

import type { Cell, Figure, FigureKind, Settings, Text, View } from '../src/report/view.ts';
import type { WayName } from '../src/types.ts';

const text = (en: string, zh: string): Text => ({ en, zh });

const kind = (id: string, unit: string, group: string, en: string, zh: string): FigureKind => ({
  id,
  unit,
  group,
  title: text(en, zh),
  means: text(`SYNTHETIC: what “${en}” means, and how it is measured.`, `合成数据：“${zh}”是什么，怎样测量。`),
});

const KINDS = [
  kind('opened', 'count', 'loss', 'clients opened', '连上的客户端'),
  kind('held', 'count', 'loss', 'clients held', '保持住的客户端'),
  kind('never_seen', '%', 'loss', 'never seen', '从未看到'),
  kind('handshake_p99', 'ms', 'time', 'handshake p99', '握手 p99'),
  kind('latency_p50', 'ms', 'time', 'delivery p50', '送达 p50'),
  kind('latency_p99', 'ms', 'time', 'delivery p99', '送达 p99'),
  kind('latency_max', 'ms', 'time', 'delivery max', '送达最大'),
  kind('staleness', 's', 'time', 'staleness', '陈旧度'),
  kind('staleness_own', 's', 'time', 'staleness of the way', '方式自身的陈旧度'),
  kind('cpu_per_update', 'us', 'cost', 'CPU per update', '每笔更新的 CPU'),
  kind('cpu_per_client', 'us', 'cost', 'CPU per client and second', '每客户端每秒 CPU'),
  kind('cpu_core', '%', 'cost', 'CPU of one core', '单核 CPU'),
  kind('memory_user', 'KiB', 'cost', 'memory per connection, user', '每连接内存，用户态'),
  kind('memory_kernel', 'KiB', 'cost', 'memory per connection, kernel', '每连接内存，内核'),
  kind('generator_core', '%', 'cost', 'generator', '负载发生器'),
  kind('bytes_down', 'B', 'traffic', 'bytes down per update', '每笔更新的下行字节'),
  kind('bytes_up', 'B', 'traffic', 'bytes up per update', '每笔更新的上行字节'),
  kind('bytes_per_client', 'B', 'traffic', 'bytes per client and second', '每客户端每秒字节'),
];

const SETTINGS: Settings = {
  server: 'fourways',
  way: 'sse',
  clients: 1000,
  rate: 10,
  symbols: 8,
  payload_bytes: 0,
  interval_ms: 1000,
  hold_ms: 25_000,
  polls: 'newest',
  keep_alive: true,
  heads: 'minimal',
  ws_buffer_bytes: 4096,
  encode: 'once',
  front: 'none',
  late_ms: 0,
};

const NAMES: Record<WayName, Text> = {
  'poll': text('Ajax polling', 'Ajax 轮询'),
  'long-poll': text('Long polling', '长轮询'),
  'ws': text('WebSocket', 'WebSocket'),
  'sse': text('SSE', 'SSE'),
};

/** A figure with a spread of 3 % up and down. */
const of = (median: number): Figure => ({ median, low: median * 0.97, high: median * 1.03 });
const missing: Figure = {
  missing: text('SYNTHETIC: the generator was saturated in all rounds', '合成数据：每一轮里负载发生器都已没有余力'),
};

function curve(p50_us: number, tail: number, most_us: number): [number, number][] {
  const points = Array.from({ length: 40 }, (_, place): [number, number] => {
    const nines = (place / 39) * 4;
    return [1 - 10 ** -nines, Math.min(most_us, p50_us * 0.6 * 10 ** (nines * tail + 0.15))];
  });
  return [...points, [1, Math.max(points.at(-1)![1], Math.min(most_us, p50_us * 10 ** (4.4 * tail)))]];
}

function cell(way: WayName, clients: number, interval_ms = 1000): Cell {
  const poll = way === 'poll';
  const interval_s = interval_ms / 1000;
  const wait_s = poll ? interval_s / 2 : { 'long-poll': 0.0021, 'ws': 0.0009, 'sse': 0.0008 }[way];
  const own_s = wait_s * (1 + clients / 4000);
  const per_s = poll ? 1 / interval_s : 10;
  const cpu = { 'poll': 17, 'long-poll': 2.45, 'ws': 1.52, 'sse': 1.31 }[way] * per_s * (1 + 40 / clients);
  const down = { 'poll': 300, 'long-poll': 280, 'ws': 82, 'sse': 110 }[way];
  const up = { 'poll': 113, 'long-poll': 130, 'ws': 0, 'sse': 0 }[way];
  const lost = poll && interval_ms < 250 && clients === 1000;
  const figures: Record<string, Figure> = {
    opened: of(clients),
    held: of(clients),
    never_seen: of(poll ? 100 * Math.max(0, 1 - 0.8 / interval_s) : 0),
    handshake_p99: of(1.8 + clients / 900),
    latency_p50: of(wait_s * 1000),
    latency_p99: of(wait_s * (poll ? 1990 : 4100)),
    latency_max: of(wait_s * (poll ? 2010 : 14_000)),
    staleness: of(0.4 + own_s),
    staleness_own: of(own_s),
    cpu_per_update: of(cpu / 10),
    cpu_per_client: of(cpu),
    cpu_core: of((cpu * clients) / 10_000),
    memory_user: of({ 'poll': 4.7, 'long-poll': 6.9, 'ws': 12.2, 'sse': 7.4 }[way]),
    memory_kernel: of(5.1),
    generator_core: of(3 + clients / 40),
    bytes_down: of(down),
    bytes_up: of(up),
    bytes_per_client: of((down + up) * per_s),
  };
  for (const id of ['opened', 'held']) figures[id] = { median: clients, low: clients, high: clients };
  const free = new Set(['opened', 'held', 'memory_user', 'memory_kernel', 'generator_core']);
  if (lost) for (const { id } of KINDS) if (!free.has(id)) figures[id] = missing;
  const name = NAMES[way];
  const n = clients.toLocaleString('en-US');
  return {
    settings: { ...SETTINGS, way, clients, interval_ms },
    label: text(
      `${name.en}${poll ? `, ${interval_s} s` : ''}, ${n} clients`,
      `${name.zh}${poll ? `，${interval_s} s` : ''}，${n} 个客户端`,
    ),
    rounds: 3,
    used: lost ? 0 : 3,
    marks: lost ? { 'generator-saturated': 3 } : {},
    figures,
    latency_curve: lost ? [] : curve(wait_s * 1e6, poll ? 0.4 : 0.32, wait_s * 2.01e6 * (poll ? 1 : 60)),
  };
}

export const INTERVALS_MS = [100, 250, 500, 1000, 2000, 5000];
const CLIENTS = [10, 100, 1000];

export const SYNTHETIC: View = {
  scenario: 'synthetic',
  title: text('SYNTHETIC run for tests', '测试用的合成数据'),
  started: '2026-11-23T14:00:00Z',
  took_s: 118.2,
  seed: 1,
  machine: { os: 'Linux', kernel: '6.1', cpu: 'synthetic', cores: 2, memory_bytes: 8 * 1024 ** 3 },
  load_1m: 0.4,
  versions: { fourways: '0.0.0' },
  complete: true,
  notes: ['SYNTHETIC: none of these figures was measured.'],
  findings: [
    text(
      'SYNTHETIC: push is fresh for the price of polling every 1 to 2\u202fs',
      '合成数据：推送的新鲜，只花每 1 到 2\u202fs 轮询一次的代价',
    ),
    text(
      'SYNTHETIC: SSE and WebSocket differ by 1.13 to 1.19 times in CPU for each update.',
      '合成数据：SSE 和 WebSocket 每笔更新的 CPU 相差 1.13 到 1.19 倍。',
    ),
  ],
  varied: ['way', 'interval_ms', 'clients'],
  figures: KINDS,
  cells: CLIENTS.flatMap((clients) => [
    ...INTERVALS_MS.map((interval_ms) => cell('poll', clients, interval_ms)),
    cell('long-poll', clients),
    cell('ws', clients),
    cell('sse', clients),
  ]),
};

/** The same run with a second server and a front, to see what tells series apart. */
export const SERVERS: View = {
  ...SYNTHETIC,
  varied: ['server', 'way', 'front'],
  cells: (['fourways', 'node', 'go'] as const).flatMap((server, place) =>
    (['poll', 'long-poll', 'ws', 'sse'] as const).map((way) => {
      const one = cell(way, 1000);
      const slow = 1 + place * 0.6;
      const front = server === 'go' ? 'nginx-buffering' : 'none';
      return {
        ...one,
        settings: { ...one.settings, server, front },
        label: text(`${NAMES[way].en}, ${server}, ${front}`, `${NAMES[way].zh}，${server}，${front}`),
        figures: Object.fromEntries(
          Object.entries(one.figures).map(([id, figure]) => [
            id,
            'median' in figure ? of(figure.median * slow) : figure,
          ]),
        ),
        latency_curve: one.latency_curve.map(([quantile, us]) => [quantile, us * slow] as const),
      };
    }),
  ),
};
