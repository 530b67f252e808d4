// How late the late ones are: a curve for each cell, with marks where the axis has a number.

import type { Lang } from '../words.ts';
import type { Facet } from './facets.ts';
import { sized } from './number.ts';
import { texts } from './report-words.ts';
import { seriesOf } from './series.ts';
import type { SettingName, View } from './view.ts';
import type { WayName } from '../types.ts';

/** Quantile and latency in microseconds. */
export type CurvePoint = readonly [quantile: number, us: number];

interface Curve {
  key: string;
  way: WayName;
  label: string;
  dash: string;
  points: readonly CurvePoint[];
  /** Those that get a mark. */
  marks: readonly CurvePoint[];
}

const MARKED = [0.5, 0.9, 0.99, 0.999, 0.9999] as const;

/** The setting that all curves of a chart share. */
export const ALONG: readonly SettingName[] = ['clients'];

export function curvesOf(
  view: View,
  { cells, told }: Pick<Facet, 'cells' | 'told'>,
  lang: Lang,
): { curves: Curve[]; leftOut: string[] } {
  const leftOut: string[] = [];
  const curves = seriesOf(cells, view, told, lang).flatMap((series): Curve[] => {
    const cell = series.cells[0]!;
    // A clock of microseconds cannot tell less than one.
    const points = cell.latency_curve.map(([quantile, us]): CurvePoint => [quantile, Math.max(1, us)]);
    if (points.length === 0) {
      const figure = cell.figures['latency_p50'];
      const why = figure && 'missing' in figure ? figure.missing[lang] : texts[lang].notMeasured;
      leftOut.push(texts[lang].because(cell.label[lang], why));
      return [];
    }
    return [{ ...series, points, marks: marksOf(points) }];
  });
  return { curves, leftOut };
}

/** The first point at or beyond each marked quantile, and the last of all. */
function marksOf(points: readonly CurvePoint[]): CurvePoint[] {
  const marks = MARKED.map((quantile) => points.find(([one]) => one >= quantile - 1e-9));
  return [...new Set([...marks, points.at(-1)])].filter((point) => point !== undefined);
}

/** The chart in words. */
export function curvesInWords(curves: readonly Curve[], title: string, lang: Lang): string {
  const at = (points: readonly CurvePoint[], quantile: number) => points.find(([one]) => one >= quantile - 1e-9)?.[1];
  const told = curves.map(({ label, points }) => {
    const parts = [0.5, 0.99, 1].flatMap((quantile) => {
      const us = at(points, quantile);
      if (us === undefined) return [];
      return `${quantile === 1 ? texts[lang].max : percent(quantile)} ${sized(us, 'us')}`;
    });
    return `${label}: ${parts.join(', ')}`;
  });
  return `${title}. ${told.join('; ')}.`;
}

/** 0.999 is 99.9 %. */
export const percent = (quantile: number) => `${Number((quantile * 100).toPrecision(7))}\u202f%`;
