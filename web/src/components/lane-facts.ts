// The numbers beside a lane, in three columns: one large with its bar, and under it what it is made of. A missing figure
// is a dash.

import type { InUse } from '../class/usage.ts';
import type { WayName } from '../types.ts';
import { bytes, seconds, whole, words, type Lang } from '../words.ts';
import type { Scales, Sight } from './sight.ts';

interface Large {
  name: 'age' | 'missed' | 'size';
  text: string;
  unit: string;
  /** Percent of the common scale; of that what the market's own quiet makes. */
  bar: number;
  quiet: number;
}

export interface Fact {
  /** In front of the number: an arrow with what it means, or a word. */
  before: string;
  spoken: string;
  value: string;
  unit: string;
}

export function largeOf(sight: Sight, scales: Scales, lang: Lang): Large[] {
  const { age, ideal, missed, atLeast, perUpdate, countsAtLeast } = sight;
  const share = (value: number | null, of: number) => (value === null || of <= 0 ? 0 : (100 * value) / of);
  const [size, sizeUnit] = perUpdate === null ? ['–', ''] : bytes(perUpdate);
  return [
    {
      name: 'age',
      text: age === null ? '–' : seconds(age / 1000),
      unit: age === null ? '' : words[lang].s,
      bar: share(age, scales.age),
      quiet: share(ideal, scales.age),
    },
    {
      name: 'missed',
      text: missed === null ? '–' : least(atLeast) + whole(Math.round(missed * 100)),
      unit: missed === null ? '' : '%',
      bar: share(missed, 1),
      quiet: 0,
    },
    {
      name: 'size',
      text: perUpdate === null ? size : least(countsAtLeast) + size,
      unit: sizeUnit,
      bar: share(perUpdate, scales.perUpdate),
      quiet: 0,
    },
  ];
}

/** `used` is what the lane's process uses: known in a class only, where the third line says it. */
export function factsOf(sight: Sight, way: WayName, lang: Lang, used: InUse | null | undefined): Fact[][] {
  const { counts, countsAtLeast, open, answers, received, published } = sight;
  const say = words[lang];
  const of = (value: number | null | undefined, text: (n: number) => string, lower = false): Fact => {
    const missing = value === null || value === undefined;
    return { before: '', spoken: '', value: missing ? '–' : least(lower) + whole(value), unit: text(value ?? 0) };
  };
  const size = (value: number | undefined, before: string, spoken: string): Fact => {
    const [number, unit] = value === undefined ? ['–', ''] : bytes(value);
    return { before, spoken, value: value === undefined ? number : least(countsAtLeast) + number, unit };
  };
  const requests = of(counts?.requests, say.requests, countsAtLeast);
  const connections = of(counts?.connections, say.connections, countsAtLeast);
  const up = size(counts?.bytes_up, '↑', say.up);
  const down = size(counts?.bytes_down, '↓', say.down);
  const answered = of(answers, say.lanes[way].told);
  const updates = of(received, say.updates);
  if (used === undefined) {
    const missed = of(published - received, () => say.ofPrices(whole(published)));
    return [
      [requests, answered, updates],
      [missed, connections, of(counts ? open : null, () => say.open)],
      [up, down],
    ];
  }
  return [
    [requests, answered, percent(used?.cpu_percent ?? null, say.cpu)],
    [connections, of(used?.sockets, say.sockets), memory(used?.rss_bytes ?? null, say.memory)],
    [up, down, updates],
  ];
}

const least = (lower: boolean) => (lower ? '≥ ' : '');

function percent(value: number | null, before: string): Fact {
  const text = value === null ? '–' : value < 9.95 ? value.toFixed(1) : whole(Math.round(value));
  return { before, spoken: '', value: text, unit: value === null ? '' : '%' };
}

function memory(value: number | null, before: string): Fact {
  const [number, unit] = value === null ? ['–', ''] : bytes(value);
  return { before, spoken: '', value: number, unit };
}
