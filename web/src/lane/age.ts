// Mean age: how old a believed price was, averaged over every instant of a stretch of time and not over arrivals.

/** A price: believed from `from` on, published at `at`; both in milliseconds of the same clock. */
export interface Step {
  from: number;
  at: number;
}

/** The mean age between two instants, in milliseconds; null if nothing was believed by then. Steps ascend. */
export function meanAge(steps: readonly Step[], begin: number, end: number): number | null {
  let sum = 0;
  let time = 0;
  for (const [place, step] of steps.entries()) {
    const from = Math.max(begin, step.from);
    const to = Math.min(end, steps[place + 1]?.from ?? end);
    if (to <= from) continue;
    // The age grows by one second a second: its mean over the step is its value half way.
    sum += (to - from) * Math.max(0, (from + to) / 2 - step.at);
    time += to - from;
  }
  return time > 0 ? sum / time : null;
}

/** The place of the first item that is not before `instant`. Items ascend. */
export function firstFrom<T>(items: readonly T[], instant: number, of: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(items[middle]!) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
