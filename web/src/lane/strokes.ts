// The strokes of which a conversation is drawn, between the server's line above and the client's below.

import { polygon, type Pen } from './draw.ts';

/** Asks: dashed, from the client's line up to the server's. */
export function asks(pen: Pen, x1: number, x2: number, top: number, bottom: number): void {
  const { ctx, look } = pen;
  dashed(pen, x1, bottom, x2, top + look.dot * 0.8);
  ctx.setLineDash([]);
  head(pen, x1, bottom, x2, top + look.dot * 0.25);
}

/** Asks in vain: nothing of it arrived. */
export function asksInVain(pen: Pen, x: number, top: number, bottom: number): void {
  const end = bottom - (bottom - top) * 0.45;
  dashed(pen, x, bottom, x, end);
  pen.ctx.setLineDash([]);
  cross(pen, x, end - pen.look.dot * 0.6);
}

/** Told. An answer that brought nothing is a thinner arrow, a bundle a thicker one with its count, if it has room. */
export function told(
  pen: Pen,
  x1: number,
  x2: number,
  top: number,
  bottom: number,
  n: number,
  news: boolean,
  room = true,
): void {
  const { ctx, look } = pen;
  ctx.lineWidth = look.wArrow * (n > 1 ? 1.7 : news ? 1 : 0.6);
  line(pen, x1, top, x2, bottom - look.dot * 0.5);
  head(pen, x1, top, x2, bottom);
  if (n < 2 || !room) return;
  const label = `×${n}`;
  ctx.font = `600 ${look.text * 0.95}px ${look.font}`;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = ctx.strokeStyle = look.paper;
  ctx.lineWidth = look.text / 4;
  ctx.lineJoin = 'round';
  const [x, y] = [Math.min(x1, x2) - look.dot * 0.5, (top + bottom) / 2];
  ctx.strokeText(label, x, y);
  ctx.fillStyle = look.ink;
  ctx.fillText(label, x, y);
  ctx.fillStyle = ctx.strokeStyle = pen.colour;
}

/** A sign of life or of the end, which no page sees: thin and grey, up or down. */
export function sign(pen: Pen, x1: number, y1: number, x2: number, y2: number): void {
  const { ctx, look } = pen;
  ctx.strokeStyle = ctx.fillStyle = look.ink3;
  ctx.lineWidth = look.wArrow;
  line(pen, x1, y1, x2, y2);
  head(pen, x1, y1, x2, y2);
  ctx.strokeStyle = ctx.fillStyle = pen.colour;
}

/** Lost. */
export function cross(pen: Pen, x: number, y: number): void {
  const { ctx, look } = pen;
  const r = look.dot * 0.4;
  ctx.strokeStyle = look.ink;
  ctx.lineWidth = look.wTruth * 1.2;
  line(pen, x - r, y - r, x + r, y + r);
  line(pen, x - r, y + r, x + r, y - r);
  ctx.strokeStyle = pen.colour;
}

export function line({ ctx }: Pen, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

function dashed(pen: Pen, x1: number, y1: number, x2: number, y2: number): void {
  const { ctx, look } = pen;
  ctx.lineWidth = look.wArrow;
  ctx.setLineDash([look.wArrow * 2.5, look.wArrow * 1.6]);
  line(pen, x1, y1, x2, y2);
}

function head({ ctx, look }: Pen, x1: number, y1: number, x2: number, y2: number): void {
  const [along, aside] = [look.dot * 0.85, look.dot * 0.38];
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [bx, by] = [x2 - ux * along, y2 - uy * along];
  ctx.beginPath();
  polygon(ctx, [
    [x2, y2],
    [bx - uy * aside, by + ux * aside],
    [bx + uy * aside, by - ux * aside],
  ]);
  ctx.fill();
}
