// What freshness costs: which points there are, which of them polling joins to a curve, where polling costs what a push
// costs, and what cannot be drawn and why.

import type { WayName } from '../types.ts';
import type { Lang } from '../words.ts';
import type { Facet } from './facets.ts';
import { sized } from './number.ts';
import { texts } from './report-words.ts';
import { inWords, seriesOf, wayName } from './series.ts';
import { measured, type Cell, type Measured, type SettingName, type View } from './view.ts';

export type CostOf = 'cpu' | 'bytes';
export type AgeOf = 'own' | 'whole';

export const FIGURES = {
  cpu: 'cpu_per_client',
  bytes: 'bytes_per_client',
  own: 'staleness_own',
  whole: 'staleness',
} as const;

export interface Point {
  age: Measured;
  cost: Measured;
  /** Of polling: its interval. */
  interval: string;
  interval_ms: number;
}

export interface Line {
  key: string;
  way: WayName;
  label: string;
  dash: string;
  points: readonly Point[];
}

/** Two neighbouring intervals of polling, between whose costs the cost of a push lies. */
export interface SameCost {
  name: string;
  /** The point of the push. */
  at: Point;
  from: Point;
  to: Point;
}

export interface FrontierData {
  lines: readonly Line[];
  same: SameCost | null;
  leftOut: readonly string[];
  unit: { age: string; cost: string };
}

/** The settings that are told by a point's place and its label. */
export const ALONG: readonly SettingName[] = ['clients', 'interval_ms'];

export function frontierOf(
  view: View,
  { cells, told }: Pick<Facet, 'cells' | 'told'>,
  cost: CostOf,
  age: AgeOf,
  lang: Lang,
): FrontierData {
  const leftOut: string[] = [];
  const lines = seriesOf(cells, view, told, lang).map((series): Line => {
    const points = series.cells.flatMap((cell): Point[] => {
      const why = whyNot(cell, [FIGURES[age], FIGURES[cost]], lang);
      if (why !== null) {
        leftOut.push(texts[lang].because(cell.label[lang], why));
        return [];
      }
      return [
        {
          age: measured(cell, FIGURES[age])!,
          cost: measured(cell, FIGURES[cost])!,
          interval: inWords('interval_ms', cell.settings, lang),
          interval_ms: cell.settings.interval_ms,
        },
      ];
    });
    return { ...series, points: points.sort((a, b) => a.interval_ms - b.interval_ms) };
  });
  const drawn = lines.filter(({ points }) => points.length > 0);
  const unitOf = (id: string) => view.figures.find((figure) => figure.id === id)?.unit ?? '';
  return {
    lines: drawn,
    same: sameCost(drawn, lang),
    leftOut,
    unit: { age: unitOf(FIGURES[age]), cost: unitOf(FIGURES[cost]) },
  };
}

/** Why a cell has no place on logarithmic axes of these figures; null if it has one. */
function whyNot(cell: Cell, ids: readonly string[], lang: Lang): string | null {
  for (const id of ids) {
    const figure = cell.figures[id];
    if (!figure) return texts[lang].notMeasured;
    if ('missing' in figure) return figure.missing[lang];
    if (!(figure.median > 0)) return texts[lang].nought;
  }
  return null;
}

/** Nothing is interpolated: the break-even lies between two intervals that were measured, and more is not said. */
function sameCost(lines: readonly Line[], lang: Lang): SameCost | null {
  const polls = lines.find(({ way, points }) => way === 'poll' && points.length > 1);
  const push = ['sse', 'ws'].map((way) => lines.find((line) => line.way === way && line.dash === polls?.dash));
  const line = push.find((one) => one !== undefined);
  const at = line?.points[0];
  if (!polls || !line || !at) return null;
  const cost = at.cost.median;
  const place = polls.points.findIndex(
    ({ cost: one }, index) => one.median >= cost && (polls.points[index + 1]?.cost.median ?? Infinity) < cost,
  );
  const [from, to] = [polls.points[place], polls.points[place + 1]];
  return from && to ? { name: wayName(line.way, lang), at, from, to } : null;
}

export function pointInWords({ way, label }: Line, { age, cost, interval }: Point, unit: FrontierData['unit']): string {
  const name = way === 'poll' ? `${label}, ${interval}` : label;
  return `${name}: ${sized(age.median, unit.age)}, ${sized(cost.median, unit.cost)}`;
}

/** The chart in words. */
export function frontierInWords({ lines, unit }: FrontierData, title: string): string {
  const points = lines.flatMap((line) => line.points.map((point) => pointInWords(line, point, unit)));
  return `${title}. ${points.join('; ')}.`;
}
