// The conversation of a lane between two lines, server above and client below. Dashed up: asks. Solid down: told. The
// wash is an open exchange; the thick bar is an answer that the server holds.

import { bundle, bundleStep, isDense } from './bundle.ts';
import { polygon, spanOf, type Pen } from './draw.ts';
import type { Exchange, Heard } from './record.ts';
import type { Published } from './truth.ts';

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
  const { ctx, look, record, from, now, window_ms, width } = pen;
  const placed = place(pen, record.exchangesBetween(from, now));
  const heard = record.heardBetween(from, now).filter(({ arrived }) => arrived >= from - 1000);
  const crowded = isDense(placed.length, spanOf(pen, placed[0]?.of.asked));
  const step = bundleStep(window_ms, width, look.text);

  ctx.fillStyle = pen.colour;
  ctx.globalAlpha = look.wash;
  if (crowded) band(pen, placed, top, bottom);
  else for (const one of placed) if (!vain(one.of)) wash(pen, one, top, bottom);
  ctx.globalAlpha = 1;

  ctx.strokeStyle = look.ink3;
  ctx.lineWidth = look.wTruth;
  for (const y of [top, bottom]) line(pen, 0, y, width, y);

  const streams = record.of.way === 'ws' || record.of.way === 'sse';
  ctx.strokeStyle = ctx.fillStyle = pen.colour;
  if (record.of.way === 'long-poll') for (const one of placed) bar(pen, one, top);
  for (const group of bundle(placed, ({ of }) => of.asked, crowded ? step : null)) {
    const one = group.at(-1)!;
    ask(pen, one, top, bottom);
    if (!streams && one.of.answered !== null) {
      const n = group.reduce((sum, { of }) => sum + of.heard, 0);
      answer(pen, one.topEnd, one.bottomEnd, top, bottom, n, one.of.news);
    }
    if (one.of.lost && one.of.answered !== null) cross(pen, pen.x(one.of.closed ?? now), (top + bottom) / 2);
  }
  if (streams) {
    const dense = isDense(heard.length, spanOf(pen, heard[0]?.arrived));
    let before = -Infinity;
    for (const group of bundle(heard, ({ arrived }) => arrived, dense ? step : null)) {
      const last = group.at(-1)!;
      const left = pen.x(sent(pen, last));
      answer(pen, left, pen.x(last.arrived), top, bottom, group.length, true, left - before > look.text * 2.4);
      before = left;
    }
  }
  drawDots(pen, top);
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

function ask(pen: Pen, { of, bottomAsk, topAsk }: Placed, top: number, bottom: number): void {
  const { ctx, look } = pen;
  ctx.lineWidth = look.wArrow;
  ctx.setLineDash([look.wArrow * 2.5, look.wArrow * 1.6]);
  if (vain(of)) {
    const end = bottom - (bottom - top) * 0.45;
    line(pen, bottomAsk, bottom, bottomAsk, end);
    ctx.setLineDash([]);
    cross(pen, bottomAsk, end - look.dot * 0.6);
    return;
  }
  line(pen, bottomAsk, bottom, topAsk, top + look.dot * 0.8);
  ctx.setLineDash([]);
  head(pen, bottomAsk, bottom, topAsk, top + look.dot * 0.25);
}

/** Told. An answer that brought nothing is a thinner arrow, a bundle a thicker one with its count, if it has room. */
function answer(
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

/** What was published, on the server's line: delivered, on its way, or never seen. */
function drawDots(pen: Pen, top: number): void {
  const { ctx, look, record, from, now, window_ms } = pen;
  const first = record.events[0];
  const newest = record.believed();
  if (!first || !newest) return;
  // A symbol has one price an instant, so the instant names it.
  const known = new Set(record.heardBetween(from - window_ms, now + 1).map(({ at }) => at));
  const { local } = record.of;
  const all = record.of.truth.all;
  let place = all.length;
  while (place > 0 && local(all[place - 1]!.at) >= from) place -= 1;
  const shown = all.slice(place).filter(({ at }) => at >= first.at && local(at) <= now);
  if (isDense(shown.length, spanOf(pen, shown[0] && local(shown[0].at)))) {
    strokes(
      pen,
      top,
      shown.filter((one) => known.has(one.at)),
      look.ink,
    );
    strokes(
      pen,
      top,
      shown.filter((one) => !known.has(one.at)),
      look.truth,
    );
    return;
  }
  for (const { at } of shown) {
    const delivered = known.has(at);
    const x = pen.x(local(at));
    const ring = !delivered && at < newest.at;
    ctx.beginPath();
    ctx.arc(x, top, look.dot * (ring ? 0.42 : 0.33), 0, 2 * Math.PI);
    ctx.fillStyle = ring ? look.paper : delivered ? look.ink : look.truth;
    ctx.fill();
    if (!ring) continue;
    ctx.strokeStyle = look.ink;
    ctx.lineWidth = look.wTruth;
    ctx.stroke();
  }
}

/** Too many for dots: they become a fine line, in one path. The bar of a held answer shows on both sides of it. */
function strokes(pen: Pen, top: number, all: readonly Published[], colour: string): void {
  const { ctx, look, record } = pen;
  ctx.fillStyle = colour;
  ctx.beginPath();
  for (const { at } of all) ctx.rect(Math.round(pen.x(record.of.local(at))), top - look.wTruth / 2, 1, look.wTruth);
  ctx.fill();
}

function line({ ctx }: Pen, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
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

/** Lost. */
function cross(pen: Pen, x: number, y: number): void {
  const { ctx, look } = pen;
  const r = look.dot * 0.4;
  ctx.strokeStyle = look.ink;
  ctx.lineWidth = look.wTruth * 1.2;
  line(pen, x - r, y - r, x + r, y + r);
  line(pen, x - r, y + r, x + r, y - r);
  ctx.strokeStyle = pen.colour;
}
