// Which cells belong together in a chart, and what a series is called. A way has its colour and its mark; everything
// else that varies (servers, fronts, loads) is told by the label and the dash of the line.

import { plain, unit, words, type Lang } from '../words.ts';
import type { WayName } from '../types.ts';
import { texts } from './report-words.ts';
import type { Cell, SettingName, Settings, View } from './view.ts';

/** Settings that say nothing of the other ways. */
export const ONLY: Partial<Record<SettingName, readonly WayName[]>> = {
  interval_ms: ['poll'],
  polls: ['poll'],
  hold_ms: ['long-poll'],
  keep_alive: ['poll', 'long-poll'],
  ws_buffer_bytes: ['ws'],
};

/** Values that need no word where others have one. */
const NOTHING: Partial<Record<SettingName, string | number | boolean>> = {
  front: 'none',
  keep_alive: true,
  late_ms: 0,
  payload_bytes: 0,
};

/** Dashes of the first, second, ... variant of a way; the first is a solid line. */
const DASHES = ['', '7 4', '2 3', '9 3 2 3', '14 4', '2 6'] as const;

interface Series {
  key: string;
  way: WayName;
  label: string;
  dash: string;
  cells: readonly Cell[];
}

const says = (name: SettingName, way: WayName) => ONLY[name]?.includes(way) ?? true;

/** The name of a way as a chart and a table show it. */
export const wayName = (way: WayName, lang: Lang): string => words[lang].lanes[way]?.name ?? way;

/** A setting in words. */
export function inWords(name: SettingName, settings: Settings, lang: Lang): string {
  const say = texts[lang];
  const { [name]: value } = settings;
  if (name === 'clients') return say.clients(settings.clients);
  if (name === 'late_ms') return settings.late_ms === 0 ? say.notLate : say.late(unit(plain(settings.late_ms), 'ms'));
  if (name === 'interval_ms') return unit(plain(settings.interval_ms / 1000), 's');
  if (name === 'hold_ms') return say.hold(unit(plain(settings.hold_ms / 1000), 's'));
  if (name === 'rate') return say.rate(plain(settings.rate));
  if (name === 'symbols') return say.symbols(settings.symbols);
  if (name === 'payload_bytes')
    return settings.payload_bytes === 0 ? say.payload0 : unit(plain(settings.payload_bytes), 'B');
  if (name === 'ws_buffer_bytes') return say.buffer(unit(plain(settings.ws_buffer_bytes / 1024), 'KiB'));
  if (name === 'keep_alive') return settings.keep_alive ? say.keepAlive : say.noKeepAlive;
  const known = say.values[name]?.[String(value)];
  return known ?? String(value);
}

/** What tells a cell from the others, beside its way and without what the chart itself shows. */
export function variant(cell: Cell, view: View, shown: readonly SettingName[], lang: Lang): string {
  const { settings } = cell;
  return view.varied
    .filter((name) => name !== 'way' && !shown.includes(name) && says(name, settings.way))
    .filter((name) => settings[name] !== NOTHING[name])
    .map((name) => inWords(name, settings, lang))
    .join(lang === 'zh' ? '，' : ', ');
}

/** The series of `cells`: what differs only in what is `along` the line is one. */
export function seriesOf(cells: readonly Cell[], view: View, along: readonly SettingName[], lang: Lang): Series[] {
  const found = new Map<string, { way: WayName; tail: string; dashed: string; cells: Cell[] }>();
  const tails: string[] = [];
  for (const cell of cells) {
    const { way } = cell.settings;
    const tail = variant(cell, view, along, lang);
    // Intervals are told by their labels; a dash is for what one cannot read off the line.
    const dashed = variant(cell, view, [...along, 'interval_ms', 'hold_ms'], lang);
    if (!tails.includes(dashed)) tails.push(dashed);
    const key = `${way} ${tail}`;
    const series = found.get(key) ?? { way, tail, dashed, cells: [] };
    series.cells.push(cell);
    found.set(key, series);
  }
  return [...found].map(([key, { way, tail, dashed, cells: own }]) => {
    const name = wayName(way, lang);
    const label = tail === '' ? name : `${name}${lang === 'zh' ? '，' : ', '}${tail}`;
    return { key, way, label, dash: DASHES[tails.indexOf(dashed) % DASHES.length]!, cells: own };
  });
}

/** The numbers of clients that a run was made with, ascending. */
export function loads(view: View): number[] {
  return [...new Set(view.cells.map(({ settings }) => settings.clients))].sort((a, b) => a - b);
}

/** The most clients with which every way was measured: a load that was too much says nothing of the ways. */
export function heaviest(view: View): number {
  const ways = (n?: number) =>
    new Set(
      view.cells
        .filter(
          ({ settings, latency_curve }) => latency_curve.length > 0 && settings.clients === (n ?? settings.clients),
        )
        .map(({ settings }) => settings.way),
    ).size;
  const all = loads(view);
  return all.findLast((n) => ways(n) === ways()) ?? all.at(-1) ?? 0;
}

/** The settings that all cells share, and that say something. */
export function shared(view: View): SettingName[] {
  const first = view.cells[0]?.settings;
  if (!first) return [];
  const names = Object.keys(first) as SettingName[];
  return names.filter(
    (name) => !view.varied.includes(name) && view.cells.some(({ settings }) => says(name, settings.way)),
  );
}
