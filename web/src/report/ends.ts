// Lines whose names stand at their ends, instead of a legend that one has to look up.

import type { Area } from './ChartPlot.vue';
import { apart, widthOf } from './labels.ts';

const TEXT = 13.5;
const LEADING = 16;

interface EndLabel {
  rows: readonly string[];
  x: number;
  /** Base line of the first row. */
  y: number;
  leader: { x1: number; y1: number; x2: number; y2: number } | null;
}

/** For each line, its label right of where the line ends; labels are moved apart, and lines lead to those that were. */
export function endLabels(
  lines: readonly { label: string; end: { x: number; y: number } }[],
  area: Area,
  room: number,
): EndLabel[] {
  const rows = lines.map(({ label }) => wrapped(label, room - 16));
  const x = area.right + 14;
  const moved = apart(
    lines.map(({ end }) => end.y),
    rows.map((row) => row.length * LEADING),
    area.top - 6,
    area.bottom + 8,
  );
  return lines.map(({ end }, place) => {
    const middle = moved[place]!;
    const far = Math.abs(middle - end.y) > 6 || x - end.x > 24;
    const leader = far ? { x1: end.x + 7, y1: end.y, x2: x - 3, y2: middle } : null;
    return { rows: rows[place]!, x, y: middle + 4.5 - ((rows[place]!.length - 1) * LEADING) / 2, leader };
  });
}

/** In two rows, if one is too long and there is a comma to part it at. */
function wrapped(label: string, room: number): string[] {
  if (widthOf(label, TEXT) <= room) return [label];
  const commas = [...label.matchAll(/, |，/g)].map(({ index, 0: comma }) => ({ index, length: comma.length }));
  const middle = label.length / 2;
  const best = commas.sort((a, b) => Math.abs(a.index - middle) - Math.abs(b.index - middle))[0];
  return best ? [label.slice(0, best.index + 1).trim(), label.slice(best.index + best.length)] : [label];
}
