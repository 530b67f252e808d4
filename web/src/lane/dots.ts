// What was published, on the server's line: delivered, on its way, or never seen.

import { isDense } from './bundle.ts';
import { spanOf, type Pen } from './draw.ts';
import type { Published } from './truth.ts';

export function drawDots(pen: Pen, top: number): void {
  const { ctx, look, record, from, now, window_ms } = pen;
  const first = record.events[0];
  const newest = record.heardBetween(now + 1, now + 1).at(-1);
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
