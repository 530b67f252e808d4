// The conversation of a lane between two lines, server above and client below. Dashed up: asks. Solid down: told. The
// wash is an open exchange, as the client knows it; the thick bar is an answer that the server holds. The arrows are
// what passed on the wire where that is told, and otherwise what the client believes of it.

import { bundle, bundleStep, isDense } from './bundle.ts';
import { drawDots } from './dots.ts';
import { polygon, spanOf, type Pen } from './draw.ts';
import { drawPassed } from './passed.ts';
import type { Exchange, Heard } from './record.ts';
import { asks, asksInVain, cross, line, told } from './strokes.ts';

/** An exchange with the places at which it is drawn. */
interface Placed {
  of: Exchange;
  /** Asked, at the client and at the server. */
  bottomAsk: number;
  topAsk: number;
  /** Answered, at the server and at the client. Open: both are now. */
  topEnd: number;
  bottomEnd: number;
}

export function drawShape(pen: Pen, top: number, bottom: number): void {
  const { ctx, look, record, from, now, width } = pen;
  const placed = place(pen, record.exchangesBetween(from, now));
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
  const { tape } = record.of;
  if (tape?.tells(from)) {
    const tried = placed.filter(({ of }) => vain(of)).map(({ of }) => of.asked);
    drawPassed(pen, tape, tried, top, bottom);
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

/** When an event left the server: at its own instant, or with the answer that brought it, whichever was later. */
function sent(pen: Pen, { at, arrived, exchange }: Heard): number {
  const published = pen.record.of.local(at);
  const reached = exchange ? (exchange.asked + (exchange.answered ?? exchange.asked)) / 2 : published;
  return Math.min(arrived, Math.max(published, reached));
}

/** Two arrows at one place cannot be told apart, and on one machine an exchange lasts a millisecond. So the ask is moved
 *  aside, by the width of a dot: away from its own answer, or from the one before. The answer stays where it was. */
function place(pen: Pen, exchanges: readonly Exchange[]): Placed[] {
  const apart = pen.look.dot;
  let before = -Infinity;
  return exchanges.map((of) => {
    const end = of.answered ?? of.closed ?? pen.now;
    const news = of.newest;
    const transit = news ? Math.max(0, news.arrived - pen.record.of.local(news.at)) : Infinity;
    const up = of.answered === null ? 0 : Math.min((of.answered - of.asked) / 2, transit);
    const bottomEnd = pen.x(end);
    let bottomAsk = pen.x(of.asked);
    if (bottomEnd - bottomAsk < apart && of.answered !== null) bottomAsk = bottomEnd - apart;
    else if (bottomAsk - before < apart) bottomAsk = before + apart;
    const topAsk = bottomAsk + pen.x(of.asked + up) - pen.x(of.asked);
    const left = news && of.heard > 0 ? sent(pen, news) : end - up;
    const topEnd = of.answered === null ? bottomEnd : Math.max(topAsk, pen.x(left));
    before = bottomEnd;
    return { of, bottomAsk, topAsk, topEnd, bottomEnd };
  });
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
