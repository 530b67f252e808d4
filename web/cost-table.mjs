// How the scripts that measure print what they found: a median and a spread of several rounds beside each goal, and the
// machine that it was.

import { cpus, loadavg, release } from 'node:os';

export const median = (all) => {
  const sorted = all.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};

/** One row of the table. A goal, as in `<= 100` or `>= 15`, is held by the median of the rounds; without one, null, the
 *  row only tells. */
export function row(what, goal, all, unit, digits = 0) {
  const mid = median(all);
  const bound = goal === null ? NaN : Number.parseFloat(goal.slice(3));
  const held = goal === null || (goal.startsWith('>=') ? mid >= bound : mid <= bound);
  const told = (number) => `${number.toFixed(digits)} ${unit}`;
  const spread = `${Math.min(...all).toFixed(digits)} to ${told(Math.max(...all))}`;
  const [aim, verdict] = goal === null ? ['', ''] : [`${goal} ${unit}`, held ? 'holds' : 'missed'];
  return { held, cells: [what, aim, told(mid), spread, verdict] };
}

export function print(rows) {
  const table = [['what', 'goal', 'median', 'spread', ''], ...rows.map(({ cells }) => cells)];
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
  for (const cells of table) {
    const line = cells.map((cell, column) => cell.padEnd(widths[column])).join('  ');
    console.log(line.trimEnd());
  }
}

/** The load of now: to be asked for before the measuring begins. */
export const machine = () => {
  const load = loadavg()[0].toFixed(2);
  return `${cpus()[0].model}, ${cpus().length} cores, Linux ${release()}, load ${load} at the start`;
};
