// How much a lane can show: above ten a second, arrows become one arrow with a count, and dots become strokes.

const DENSE_PER_S = 10;
/** What arrives within so many milliseconds came in one piece. */
const BURST_MS = 40;
/** The least distance of two bundles, in text heights: their counts must not touch. */
const LABELS_APART = 3.2;

/** Fewer than this say nothing about a rate yet. */
const FEW = 20;

/** Whether so many in so long are too many to be drawn one by one. */
export function isDense(count: number, span_ms: number): boolean {
  return count > FEW && (count * 1000) / span_ms > DENSE_PER_S;
}

/** How long a bundle is, in milliseconds: a round time in which the counts have room. */
export function bundleStep(window_ms: number, width: number, text: number): number {
  const least = (window_ms / Math.max(1, width)) * text * LABELS_APART;
  return [250, 500, 1000, 2000, 5000, 10_000, 20_000].find((step) => step >= least) ?? 60_000;
}

/** Groups what is drawn as one arrow. The bounds of bundles stand still in time, so they slide with the axis; without
 *  `step` only what came in one burst is grouped. */
export function bundle<T>(items: readonly T[], instant: (item: T) => number, step: number | null): T[][] {
  const groups: T[][] = [];
  let last = -Infinity;
  for (const item of items) {
    const at = instant(item);
    const joins = step === null ? at - last < BURST_MS : Math.floor(at / step) === Math.floor(last / step);
    if (joins && groups.length > 0) groups.at(-1)!.push(item);
    else groups.push([item]);
    last = at;
  }
  return groups;
}
