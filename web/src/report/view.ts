// One run as a report draws it: the mirror of `compare::report::View`. Everything in it was measured, or is missing and
// says why.

import type { WayName } from '../types.ts';
import type { Lang } from '../words.ts';

/** The same in both languages. */
export type Text = Record<Lang, string>;

/** How one cell was made. Intervals and holds are in milliseconds; those of another way say nothing. */
export interface Settings {
  /** `fourways`, or the name of another server. */
  server: string;
  way: WayName;
  clients: number;
  /** Events a second, all symbols together. */
  rate: number;
  symbols: number;
  payload_bytes: number;
  interval_ms: number;
  hold_ms: number;
  polls: string;
  keep_alive: boolean;
  heads: string;
  ws_buffer_bytes: number;
  encode: string;
  front: string;
  late_ms: number;
}
export type SettingName = keyof Settings;

/** Over the rounds that were used. */
export interface Measured {
  median: number;
  low: number;
  high: number;
}
export type Figure = Measured | { missing: Text };

/** What a column of figures is. */
export interface FigureKind {
  id: string;
  unit: string;
  title: Text;
  means: Text;
  group: string;
}

/** All rounds of one choice of settings. */
export interface Cell {
  settings: Settings;
  label: Text;
  rounds: number;
  /** Of these, how many gave figures. */
  used: number;
  /** Why rounds are not to be trusted, and how many. */
  marks: Record<string, number>;
  figures: Record<string, Figure>;
  /** Quantile (0 to 1) and latency in microseconds, ascending; empty if missing. */
  latency_curve: readonly (readonly [number, number])[];
}

/** Where a run was made. What a system does not tell is missing. */
export interface Machine {
  os?: string | null;
  kernel?: string | null;
  cpu?: string | null;
  cores: number;
  memory_bytes?: number | null;
}

export interface View {
  scenario: string;
  title: Text;
  /** RFC 3339, UTC. */
  started: string;
  took_s: number;
  seed: number;
  machine: Machine;
  load_1m: number | null;
  versions: Record<string, string>;
  complete: boolean;
  notes: readonly string[];
  findings: readonly Text[];
  /** The settings in which cells differ, in the order of the sweep. */
  varied: readonly SettingName[];
  figures: readonly FigureKind[];
  cells: readonly Cell[];
}

/** The figure of a cell, if it was measured. */
export function measured(cell: Cell, id: string): Measured | null {
  const figure = cell.figures[id];
  return figure && 'median' in figure ? figure : null;
}

/** What is wrong with something that should be a view, in words; null if it can be drawn. */
export function fault(value: unknown): Text | null {
  if (typeof value !== 'object' || value === null) return { en: 'not an object', zh: '不是一个对象' };
  const view = value as Partial<Record<keyof View, unknown>>;
  for (const name of ['cells', 'figures', 'varied', 'findings', 'notes'] as const) {
    if (!Array.isArray(view[name])) return { en: `"${name}" is not a list`, zh: `"${name}" 不是列表` };
  }
  for (const name of ['title', 'machine', 'versions'] as const) {
    if (typeof view[name] !== 'object' || view[name] === null)
      return { en: `"${name}" is not an object`, zh: `"${name}" 不是一个对象` };
  }
  const cells = view.cells as Partial<Cell>[];
  const place = 1 + cells.findIndex((cell) => !cell?.settings || !cell.figures || !Array.isArray(cell.latency_curve));
  if (place === 0) return null;
  return {
    en: `cell ${place} has no settings, no figures or no latency curve`,
    zh: `第 ${place} 组没有设置、指标或延迟曲线`,
  };
}
