// From figures to places: logarithmic axes, and the axis of HdrHistogram's plots, on which every further nine of the
// quantile takes the same room.

export interface Scale {
  (value: number): number;
  ticks: readonly number[];
}

/** A logarithmic scale over all `values` (those above 0) onto `from`..`to`, with a little air at both ends. */
export function logScale(values: readonly number[], from: number, to: number): Scale {
  const good = values.filter((value) => value > 0 && Number.isFinite(value));
  const least = good.length > 0 ? Math.min(...good) : 1;
  const most = good.length > 0 ? Math.max(...good) : 10;
  const air = Math.max(0.06 * Math.log10(most / least), 0.08);
  const [low, high] = [Math.log10(least) - air, Math.log10(most) + air];
  const place = (value: number) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  return Object.assign(place, { ticks: logTicks(10 ** low, 10 ** high) });
}

/** Round numbers: powers of ten, and 1, 2 and 5 of each where there are few. */
export function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / 7));
  const steps = decades < 2.2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    if (steps.length === 1 && power % every !== 0) continue;
    // 10 ** -5 is 0.000009999…: written out and read again it is what it says.
    for (const step of steps) ticks.push(Number(`${step}e${power}`));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** A bar's or a count's axis: it begins at 0. */
export function linearScale(values: readonly number[], from: number, to: number): Scale {
  const most = Math.max(0, ...values) || 1;
  const step = [1, 2, 5, 10].map((one) => one * 10 ** Math.floor(Math.log10(most / 4))).find((one) => most / one <= 5)!;
  const end = most * 1.06;
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, place) => Number((place * step).toPrecision(6)));
  return Object.assign((value: number) => from + (value / end) * (to - from), { ticks });
}

/** How many nines: 0 for 0 %, 1 for 90 %, 2 for 99 %. */
const nines = (quantile: number) => -Math.log10(1 - quantile);

/** The quantile axis. The very last value, quantile 1, stands a step beyond the last quantile that has a place. */
export function hdrScale(quantiles: readonly number[], from: number, to: number): Scale {
  const last = Math.max(1, ...quantiles.filter((quantile) => quantile < 1).map(nines));
  const end = last + 0.6;
  const place = (quantile: number) => from + ((quantile >= 1 ? end : nines(quantile)) / end) * (to - from);
  const ticks = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999].filter((one) => nines(one) <= last + 0.001);
  return Object.assign(place, { ticks: [...ticks, 1] });
}
