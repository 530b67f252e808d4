// One figure over the number of clients.

import type { WayName } from '../types.ts';
import type { Lang } from '../words.ts';
import { texts } from './report-words.ts';
import { seriesOf } from './series.ts';
import { measured, type Measured, type View } from './view.ts';

interface ClientsLine {
  key: string;
  way: WayName;
  label: string;
  dash: string;
  points: readonly { clients: number; value: Measured }[];
}

/** A line breaks off where a figure is missing: nothing is drawn over a hole, and what is left out is said. */
export function overClients(view: View, id: string, lang: Lang): { lines: ClientsLine[]; leftOut: string[] } {
  const leftOut: string[] = [];
  const lines = seriesOf(view.cells, view, ['clients'], lang).flatMap((series): ClientsLine[] => {
    const cells = series.cells.toSorted((a, b) => a.settings.clients - b.settings.clients);
    const runs: ClientsLine['points'][number][][] = [[]];
    for (const cell of cells) {
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
