// A chart of many series as several small pictures on the same axes: one for each server, front or load. What two
// pictures have in common is then read across, and no name has to be looked for among twenty.

import type { Lang } from '../words.ts';
import { inWords, ONLY, seriesOf } from './series.ts';
import type { Cell, SettingName, View } from './view.ts';

export interface Facet {
  key: string;
  /** What its series have in common; empty if the chart is one picture. */
  title: string;
  cells: readonly Cell[];
  /** The settings that need no word in this picture: told by its title, or along its axes. */
  told: readonly SettingName[];
}

/** So many series can still be told apart, and named, in one picture. */
const MOST = 6;

export function facetsOf(cells: readonly Cell[], view: View, along: readonly SettingName[], lang: Lang): Facet[] {
  const names = view.varied.filter((name) => name !== 'way' && !along.includes(name) && !ONLY[name]);
  const found = new Map<string, Cell[]>();
  for (const cell of cells) {
    const title = names.map((name) => inWords(name, cell.settings, lang)).join(lang === 'zh' ? '，' : ', ');
    found.set(title, [...(found.get(title) ?? []), cell]);
  }
  if (found.size < 2 || seriesOf(cells, view, along, lang).length <= MOST)
    return [{ key: '', title: '', cells, told: along }];
  const told = [...along, ...names];
  return [...found].map(([title, own]) => ({ key: title, title, cells: own, told }));
}
