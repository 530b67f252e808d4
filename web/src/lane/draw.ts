// Draws one lane: the server's line, the arrows of each exchange, the client's line, and below them the price.
// Pure: the same record, instant and look give the same picture.

import { CORNERS } from '../mark.ts';
import type { WayName } from '../types.ts';
import type { Look } from './look.ts';
import { drawPrice } from './price.ts';
import type { LaneRecord } from './record.ts';
import { drawShape } from './shape.ts';

interface Frame {
  record: LaneRecord;
  /** The right edge, `performance.now()`. */
  now: number;
  window_ms: number;
  width: number;
  height: number;
  /** Only the conversation, or the price below it too. */
  parts: 'shape' | 'price';
}

/** What every part of the drawing needs. */
export interface Pen extends Frame {
  ctx: CanvasRenderingContext2D;
  look: Look;
  colour: string;
  from: number;
  x: (instant: number) => number;
}

/** How long `first` has been in view: a lane that began a second ago is as dense as one that fills the window. */
export function spanOf({ now, window_ms }: Pen, first: number | undefined): number {
  return Math.min(window_ms, now - (first ?? -Infinity));
}

/** Round distances on the time axis, in seconds. */
export function ticks(window_s: number): number[] {
  const step = [1, 2, 5, 10, 20, 30, 60].find((one) => window_s / one <= 6) ?? 60;
  return Array.from({ length: Math.floor(window_s / step) }, (_, place) => (place + 1) * step);
}

export function drawLane(ctx: CanvasRenderingContext2D, frame: Frame, look: Look): void {
  const { width, height, now, window_ms, record } = frame;
  const edge = width - look.wArrow / 2; // the line that is now
  const pen: Pen = {
    ...frame,
    ctx,
    look,
    colour: look.lane[record.of.way],
    from: now - window_ms,
    x: (instant) => edge * (1 - (now - instant) / window_ms),
  };
  ctx.clearRect(0, 0, width, height);
  ctx.save();
  ctx.fillStyle = look.rule;
  for (const s of ticks(window_ms / 1000)) ctx.fillRect(Math.round(pen.x(now - s * 1000)), 0, 1, height);
  const r = look.dot;
  if (frame.parts === 'shape') {
    drawShape(pen, r, height - r * 0.6);
  } else {
    drawShape(pen, Math.max(r, height * 0.1), height * 0.41);
    drawPrice(pen, height * 0.41 + r * 1.8, height - r);
  }
  ctx.fillStyle = look.ink;
  ctx.fillRect(width - look.wArrow, 0, look.wArrow, height);
  ctx.restore();
}

/** The mark of a way: the same as beside its name. */
export function glyph(ctx: CanvasRenderingContext2D, way: WayName, x: number, y: number, size: number): void {
  const r = size / 2;
  ctx.beginPath();
  if (way === 'poll') ctx.arc(x, y, r, 0, 2 * Math.PI);
  else
    polygon(
      ctx,
      CORNERS[way].map(([dx, dy]) => [x + dx * r, y + dy * r]),
    );
  ctx.fill();
}

export function polygon(ctx: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  for (const [place, [x, y]] of points.entries()) {
    if (place === 0) ctx.moveTo(x, y);
    else ctx.lineTo(x, y);
  }
  ctx.closePath();
}
