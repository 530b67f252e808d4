// How a measured figure is written into a sentence. What was not measured is a dash, in every language.

import type { WayName } from '../../types.ts';
import { bytes, GLYPHS, seconds, unit, whole, words, type Lang } from '../../words.ts';

export const NONE = '–';

/** Milliseconds as seconds. */
export const time = (ms: number | null, lang: Lang): string =>
  ms === null ? NONE : unit(seconds(ms / 1000), words[lang].s);

export const count = (number: number | null): string => (number === null ? NONE : whole(Math.round(number)));

/** How many times: one decimal. */
export const times = (number: number | null): string => (number === null ? NONE : number.toFixed(1));

/** A share from 0 to 1. One that is not nothing is not written as nothing. */
export function percent(share: number | null): string {
  if (share === null) return NONE;
  const number = 100 * share;
  return unit(number > 0 && number < 9.95 ? number.toFixed(1) : Math.round(number), '%');
}

export const size = (number: number | null): string => (number === null ? NONE : unit(...bytes(number)));

/** Ways by glyph and name; a dash while it is not known which. */
export function ways(some: readonly WayName[] | null, lang: Lang): string {
  if (some === null) return NONE;
  const names = some.map((way) => `${GLYPHS[way]} ${words[lang].lanes[way].name}`);
  return names.join(lang === 'zh' ? '、' : ', ');
}
