// One figure over the number of clients.

import type { WayName } from '../types.ts';
import { plain, type Lang } from '../words.ts';
import type { Facet } from './facets.ts';
import { sized } from './number.ts';
import { texts } from './report-words.ts';
import { seriesOf } from './series.ts';
import { measured, type Measured, type SettingName, type View } from './view.ts';

interface ClientsLine {
  key: string;
  way: WayName;
  label: string;
  dash: string;
  points: readonly { clients: number; value: Measured }[];
}

/** The setting along the axis. */
export const ALONG: readonly SettingName[] = ['clients'];

/** A line breaks off where a figure is missing: nothing is drawn over a hole, and what is left out is said. */
export function overClients(
  view: View,
  { cells, told }: Pick<Facet, 'cells' | 'told'>,
  id: string,
  lang: Lang,
): { lines: ClientsLine[]; leftOut: string[] } {
  const leftOut: string[] = [];
  const lines = seriesOf(cells, view, told, lang).flatMap((series): ClientsLine[] => {
    const sorted = series.cells.toSorted((a, b) => a.settings.clients - b.settings.clients);
    const runs: ClientsLine['points'][number][][] = [[]];
    for (const cell of sorted) {
      const value = measured(cell, id);
      if (value) {
        runs.at(-1)!.push({ clients: cell.settings.clients, value });
        continue;
      }
      const figure = cell.figures[id];
      const why = figure && 'missing' in figure ? figure.missing[lang] : texts[lang].notMeasured;
      leftOut.push(texts[lang].because(cell.label[lang], why));
      runs.push([]);
    }
    return runs
      .filter((points) => points.length > 0)
      .map((points, place) => ({ ...series, key: `${series.key} ${place}`, points }));
  });
  return { lines, leftOut };
}

/** The chart in words. */
export function linesInWords(lines: readonly ClientsLine[], title: string, unit: string): string {
  const told = lines.map(({ label, points }) => {
    const parts = points.map(({ clients, value }) => `${plain(clients)} ${sized(value.median, unit)}`);
    return `${label}: ${parts.join(', ')}`;
  });
  return `${title}. ${told.join('; ')}.`;
}
