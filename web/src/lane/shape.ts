// The conversation of a lane between two lines, server above and client below. Dashed up: asks. Solid down: told. The
// wash is an open exchange, as the client knows it; the thick bar is an answer that the server holds. The arrows are
// what passed on the wire where that is told, and the wash then meets them; otherwise what the client believes of it.

import { bundle, bundleStep, isDense } from './bundle.ts';
import { drawDots } from './dots.ts';
import { polygon, spanOf, type Pen } from './draw.ts';
import { meet } from './meet.ts';
import { drawPassed, passedIn } from './passed.ts';
import { place, sent, type Placed } from './place.ts';
import type { Exchange } from './record.ts';
import { asks, asksInVain, cross, line, told } from './strokes.ts';

export function drawShape(pen: Pen, top: number, bottom: number): void {
  const { ctx, look, record, from, now, width } = pen;
  const { tape } = record.of;
  const passed = tape?.tells(from) ? passedIn(pen, tape) : null;
  const believed = place(pen, record.exchangesBetween(from, now));
  const placed = passed ? meet(believed, passed.asked, streaming(pen)) : believed;
  const crowded = isDense(placed.length, spanOf(pen, placed[0]?.of.asked));

  ctx.fillStyle = pen.colour;
  ctx.globalAlpha = look.wash;
  if (crowded) band(pen, placed, top, bottom);
  else for (const one of placed) if (!vain(one.of)) wash(pen, one, top, bottom);
  ctx.globalAlpha = 1;

  ctx.strokeStyle = look.ink3;
  ctx.lineWidth = look.wTruth;
  for (const y of [top, bottom]) line(pen, 0, y, width, y);

  ctx.strokeStyle = ctx.fillStyle = pen.colour;
  if (record.of.way === 'long-poll') for (const one of placed) bar(pen, one, top);
  if (passed) {
    const tried = placed.filter(({ of }) => vain(of)).map(({ of }) => of.asked);
    drawPassed(pen, passed, tried, top, bottom);
  } else drawBelieved(pen, placed, crowded, top, bottom);
  for (const { of } of placed) {
    if (of.lost && of.answered !== null) cross(pen, pen.x(of.closed ?? now), (top + bottom) / 2);
  }
  drawDots(pen, top);
}

/** The arrows of what the client did and heard. */
function drawBelieved(pen: Pen, placed: readonly Placed[], crowded: boolean, top: number, bottom: number): void {
  const { look, record, from, now, window_ms, width } = pen;
  const step = bundleStep(window_ms, width, look.text);
  const streams = streaming(pen);
  for (const group of bundle(placed, ({ of }) => of.asked, crowded ? step : null)) {
    const one = group.at(-1)!;
    if (vain(one.of)) asksInVain(pen, one.bottomAsk, top, bottom);
    else asks(pen, one.bottomAsk, one.topAsk, top, bottom);
    if (!streams && one.of.answered !== null) {
      const n = group.reduce((sum, { of }) => sum + of.heard, 0);
      told(pen, one.topEnd, one.bottomEnd, top, bottom, n, one.of.news);
    }
  }
  if (!streams) return;
  const heard = record.heardBetween(from, now).filter(({ arrived }) => arrived >= from - 1000);
  const dense = isDense(heard.length, spanOf(pen, heard[0]?.arrived));
  let before = -Infinity;
  for (const group of bundle(heard, ({ arrived }) => arrived, dense ? step : null)) {
    const last = group.at(-1)!;
    const left = pen.x(sent(pen, last));
    told(pen, left, pen.x(last.arrived), top, bottom, group.length, true, left - before > look.text * 2.4);
    before = left;
  }
}

/** Asked, and lost before an answer began. What we broke off ourselves is not lost. */
const vain = (of: Exchange) => of.lost && of.answered === null;
const streaming = ({ record }: Pen) => record.of.way === 'ws' || record.of.way === 'sse';

/** How far an exchange reaches at the right: a stream is open until it is closed, whatever it has brought. */
function reach(pen: Pen, { of, topEnd, bottomEnd }: Placed): [number, number] {
  if (!streaming(pen)) return [topEnd, bottomEnd];
  const end = pen.x(of.closed ?? pen.now);
  return [end, end];
}

function wash(pen: Pen, one: Placed, top: number, bottom: number): void {
  const [topEnd, bottomEnd] = reach(pen, one);
  pen.ctx.beginPath();
  polygon(pen.ctx, [
    [one.bottomAsk, bottom],
    [one.topAsk, top],
    [topEnd, top],
    [bottomEnd, bottom],
  ]);
  pen.ctx.fill();
}

/** More exchanges than can be parted: the time in which any of them was open. */
function band(pen: Pen, placed: readonly Placed[], top: number, bottom: number): void {
  let until = -Infinity;
  for (const one of placed) {
    const left = Math.max(pen.x(one.of.asked), until);
    const right = Math.max(reach(pen, one)[1], left + 1);
    if (!vain(one.of)) pen.ctx.fillRect(left, top, right - left, bottom - top);
    until = Math.max(until, right);
  }
}

function bar(pen: Pen, { of, topAsk, topEnd }: Placed, top: number): void {
  const thick = pen.look.wLane * 2.2;
  if (!vain(of)) pen.ctx.fillRect(topAsk, top - thick / 2, Math.max(0, topEnd - topAsk), thick);
}
