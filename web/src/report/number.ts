// Numbers as a report shows them: each in the unit of its size, the unit beside it.

import { digitsOf, three } from '../digits.ts';
import { plain, unit } from '../words.ts';

/** From the lowest to the highest, both with the decimals of the wider; one number where both read the same. */
export function spread(low: number, high: number, whole: boolean): string {
  const decimals = whole ? 0 : digitsOf(Math.max(Math.abs(low), Math.abs(high)));
  const [from, to] = [three(low, decimals), three(high, decimals)];
  if (from === to) return to;
  return (from + to).includes('\u2212') ? `${from} … ${to}` : `${from}–${to}`;
}

const STEPS: Record<string, readonly [size: number, unit: string][]> = {
  us: [
    [1, 'µs'],
    [1000, 'ms'],
    [1e6, 's'],
  ],
  ms: [
    [0.001, 'µs'],
    [1, 'ms'],
    [1000, 's'],
  ],
  s: [
    [1e-6, 'µs'],
    [0.001, 'ms'],
    [1, 's'],
  ],
  B: [
    [1, 'B'],
    [1000, 'kB'],
    [1e6, 'MB'],
  ],
  KiB: [
    [1, 'KiB'],
    [1024, 'MiB'],
  ],
};

/** The sign that stands by a number: of `KiB per connection` it is `KiB`; a count has none. */
export function signOf(kind: string): string {
  const first = kind.split(' ')[0] ?? '';
  if (first === 'count' || first === '') return '';
  return first === 'us' ? 'µs' : first;
}

/** A number in the unit of its size: 0.001 s is 1.00 ms. */
export const sized = (value: number, kind: string): string => inStep(value, kind, three);

/** The same for the round numbers of an axis: 1 ms. */
export const tick = (value: number, kind: string): string =>
  inStep(value, kind, (number) => plain(Number(number.toPrecision(6))));

function inStep(value: number, kind: string, write: (value: number) => string): string {
  const first = kind.split(' ')[0] ?? '';
  const steps = STEPS[first];
  const sign = signOf(kind);
  if (!steps) return sign ? unit(write(value), sign) : write(value);
  const rounded = Math.abs(Number(value.toPrecision(3)));
  const step = steps.findLast(([size]) => rounded >= size * 0.9999) ?? steps[0]!;
  return unit(write(value / step[0]), rounded === 0 ? sign : step[1]);
}

/** How long something takes, for people: `1 min 58 s`. */
export function lasting(s: number, min: string, sec: string): string {
  const all = Math.max(0, Math.round(s));
  const minutes = Math.floor(all / 60);
  const rest = unit(all % 60, sec);
  if (minutes === 0) return rest;
  return all % 60 === 0 ? unit(minutes, min) : `${unit(minutes, min)} ${rest}`;
}
