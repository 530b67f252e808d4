// The price a lane believes, as steps, over the true one in grey. The washed area between them is what the way costs
// its user; the hatching at the end is the age of what is known.

import { bundle, isDense } from './bundle.ts';
import { glyph, spanOf, type Pen } from './draw.ts';
import type { Heard } from './record.ts';
import type { Published } from './truth.ts';

interface Point {
  x: number;
  y: number;
}

export function drawPrice(pen: Pen, top: number, bottom: number): void {
  const { ctx, look, record, from, now, width } = pen;
  const { truth, local } = record.of;
  // Where the window ends by the server's clock; its clock and ours run equally fast.
  const skew_us = local(0) * 1000;
  const trueSteps = truth.between(from * 1000 - skew_us, now * 1000 - skew_us + 1);
  const heard = record.heardBetween(from, now + 1);
  const y = scale(trueSteps, top, bottom);
  const grey = trueSteps.map(({ at, value }) => ({ x: Math.max(0, pen.x(local(at))), y: y(value) }));
  const own = heard.map(({ arrived, value }) => ({ x: Math.max(0, pen.x(arrived)), y: y(value) }));
  const end = pen.x(now);

  ctx.fillStyle = pen.colour;
  ctx.globalAlpha = look.wash;
  difference(ctx, grey, own, end);
  ctx.globalAlpha = 1;

  ctx.lineJoin = 'miter';
  ctx.strokeStyle = look.truth;
  ctx.lineWidth = look.wTruth;
  steps(ctx, grey, end);

  const newest = heard.at(-1);
  const last = own.at(-1);
  if (!newest || !last) return;
  hatch(pen, Math.max(0, pen.x(local(newest.at))), end, last.y);
  const dense = isDense(heard.length, spanOf(pen, heard[0]?.arrived));
  ctx.strokeStyle = pen.colour;
  ctx.lineWidth = dense ? Math.max(1, look.wLane / 2) : look.wLane;
  steps(ctx, own, end);
  if (!dense) points(pen, heard, y, width);
}

/** One scale for all lanes: it knows the true prices only. */
function scale(all: readonly Published[], top: number, bottom: number): (value: number) => number {
  let [low, high] = [Infinity, -Infinity];
  for (const { value } of all) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high - low < 0.05) [low, high] = [(low + high) / 2 - 0.025, (low + high) / 2 + 0.025]; // cents are not mountains
  // What was believed before the window may lie outside: it stays at the edge.
  return (value) => Math.min(bottom, Math.max(top, bottom - ((value - low) / (high - low)) * (bottom - top)));
}

function steps(ctx: CanvasRenderingContext2D, points_: readonly Point[], end: number): void {
  ctx.beginPath();
  for (const [place, { x, y }] of points_.entries()) {
    if (place === 0) ctx.moveTo(x, y);
    else {
      ctx.lineTo(x, points_[place - 1]!.y);
      ctx.lineTo(x, y);
    }
  }
  const last = points_.at(-1);
  if (last) ctx.lineTo(end, last.y);
  ctx.stroke();
}

/** Fills between two step lines, as one area per stretch in which neither steps. */
function difference(ctx: CanvasRenderingContext2D, a: readonly Point[], b: readonly Point[], end: number): void {
  let [i, j] = [0, 0];
  let x = Math.max(a[0]?.x ?? end, b[0]?.x ?? end);
  while (x < end) {
    while (i + 1 < a.length && a[i + 1]!.x <= x) i += 1;
    while (j + 1 < b.length && b[j + 1]!.x <= x) j += 1;
    const to = Math.min(a[i + 1]?.x ?? end, b[j + 1]?.x ?? end, end);
    const [y1, y2] = [a[i]!.y, b[j]!.y];
    if (y1 !== y2) ctx.fillRect(x, Math.min(y1, y2), to - x, Math.abs(y1 - y2));
    x = to;
  }
}

/** From the instant the newest known price was published to now. */
function hatch({ ctx, look, colour }: Pen, left: number, right: number, y: number): void {
  const half = look.dot * 0.55;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, y - half, right - left, half * 2);
  ctx.clip();
  ctx.globalAlpha = look.wash;
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.globalAlpha = 0.75;
  ctx.strokeStyle = colour;
  ctx.lineWidth = look.wTruth * 0.8;
  ctx.beginPath();
  // The strokes hang on the left end, so they slide with it.
  for (let x = left - 2 * half; x < right; x += look.dot * 0.75) {
    ctx.moveTo(x, y + half);
    ctx.lineTo(x + 2 * half, y - half);
  }
  ctx.stroke();
  ctx.restore();
}

/** Where something arrived, and nowhere else. Of a burst the newest shows: the others were never the price. */
function points(
  { ctx, look, colour, record, x, from }: Pen,
  heard: readonly Heard[],
  y: (value: number) => number,
  width: number,
): void {
  for (const group of bundle(heard, ({ arrived }) => arrived, null)) {
    const { arrived, value } = group.at(-1)!;
    if (arrived < from) continue;
    const place = Math.min(x(arrived), width - look.dot / 2);
    ctx.fillStyle = look.paper;
    glyph(ctx, record.of.way, place, y(value), look.dot * 1.3);
    ctx.fillStyle = colour;
    glyph(ctx, record.of.way, place, y(value), look.dot);
  }
}
