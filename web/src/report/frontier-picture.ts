// The frontier as lines, marks and labels in pixels. Pure: the same data, scales and area give the same picture.

import type { WayName } from '../types.ts';
import type { Area } from './ChartPlot.vue';
import { pointInWords, type FrontierData, type Line, type Point, type SameCost } from './frontier.ts';
import { place, type Box, type Wish } from './labels.ts';
import { linePath } from './mark.ts';
import type { ReportWords } from './report-words.ts';
import type { Scale } from './scale.ts';

const TEXT = 13;

interface Wanted extends Wish {
  way: WayName;
  strong: boolean;
}

interface Scales {
  x: Scale;
  y: Scale;
}

const placeOf =
  ({ x, y }: Scales) =>
  ({ age, cost }: Point) => ({ x: x(age.median), y: y(cost.median) });

/** Without names: as the other pictures show it. */
export function linesOf({ lines, unit }: FrontierData, scales: Scales) {
  const at = placeOf(scales);
  return lines.map((line) => ({
    ...line,
    path: line.way === 'poll' ? linePath(line.points.map(at)) : '',
    marks: line.points.map((point) => ({ ...at(point), title: pointInWords(line, point, unit) })),
    whiskers: line.points.flatMap((point) => whiskers(point, scales)),
  }));
}

/** `corner`: whether the corner at the bottom left has a word in it already. */
export function drawFrontier(data: FrontierData, scales: Scales, area: Area, say: ReportWords, corner: boolean) {
  const at = placeOf(scales);
  const lines = linesOf(data, scales);
  const boxes = lines.flatMap(({ marks }) =>
    marks.map((one) => ({ x: one.x - 6, y: one.y - 6, width: 12, height: 12 })),
  );
  const inside = { x: area.left, y: area.top - 6, width: area.right - area.left + 14, height: area.bottom - area.top };
  const word = { x: area.left, y: area.bottom - 26, width: 150, height: 26 };
  const same = data.same && sameLine(data.same, scales, say);
  const curves = lines.flatMap(({ marks, path, whiskers: spread }) => [
    ...(path ? alongside(marks) : []),
    ...spread.flatMap(alongside),
  ]);
  const across = same
    ? alongside([
        { x: same.line.x1, y: same.line.y1 },
        { x: same.line.x2, y: same.line.y2 },
      ])
    : [];
  const taken: Box[] = [...boxes, ...curves, ...across, ...(corner ? [word] : [])];

  const wanted = data.lines.flatMap((line) => names(line, at, say));
  const sameWish: Wish[] = same ? [{ text: same.text, x: same.middle, y: same.line.y1 }] : [];
  const placed = place([...wanted, ...sameWish], TEXT, inside, taken);
  const labels = wanted.map(({ text, way, strong, x: px, y: py }, index) => {
    const { textX, textY, anchor, far } = placed[index]!;
    const leader = far ? { x1: px, y1: py, x2: textX, y2: textY - 4 } : null;
    return { text, way, strong, x: textX, y: textY, anchor, leader };
  });
  const last = placed[wanted.length];
  return { lines, labels, same: same && last ? { ...same, x: last.textX, y: last.textY, anchor: last.anchor } : null };
}

/** The names of the ways first: they need their places most. Then the intervals of polling. */
function names(line: Line, at: (point: Point) => { x: number; y: number }, say: ReportWords): Wanted[] {
  const first = line.points[0]!;
  if (line.way !== 'poll')
    return line.points.map((point) => ({ ...at(point), text: line.label, way: line.way, strong: true }));
  const one = line.points.length === 1;
  const text = one ? `${line.label}, ${first.interval}` : say.byInterval(line.label);
  const name = { ...at(first), text, way: line.way, strong: true };
  const intervals = line.points.map((point) => ({ ...at(point), text: point.interval, way: line.way, strong: false }));
  return one ? [name] : [name, ...intervals];
}

function whiskers({ age, cost }: Point, { x, y }: Scales): { x: number; y: number }[][] {
  const [px, py] = [x(age.median), y(cost.median)];
  // On a logarithmic axis what reaches down to 0 goes on to the edge of what can be shown: only its upper half is drawn.
  const across = [
    { x: age.low > 0 ? x(age.low) : px, y: py },
    { x: x(age.high), y: py },
  ];
  const up = [
    { x: px, y: cost.low > 0 ? y(cost.low) : py },
    { x: px, y: y(cost.high) },
  ];
  return [across, up];
}

/** Small boxes along a curve, so that no label lies on it. */
function alongside(points: readonly { x: number; y: number }[]): Box[] {
  return points.slice(1).flatMap((to, place) => {
    const from = points[place]!;
    const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 8);
    return Array.from({ length: steps }, (_, step) => ({
      x: from.x + ((to.x - from.x) * step) / steps - 2,
      y: from.y + ((to.y - from.y) * step) / steps - 2,
      width: 4,
      height: 4,
    }));
  });
}

/** From the push to the edge of the polling that costs as much. */
function sameLine({ name, at, from, to }: SameCost, { x, y }: Scales, say: ReportWords) {
  const x1 = x(at.age.median) + 12;
  const x2 = (x(from.age.median) + x(to.age.median)) / 2;
  const text = say.sameCost(name, from.interval, to.interval);
  return { text, middle: x1 + (x2 - x1) / 3, line: { x1, x2, y1: y(at.cost.median), y2: y(at.cost.median) } };
}
