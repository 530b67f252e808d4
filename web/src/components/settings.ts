// What can be set on the board, and to what. A key goes on to the next value.

export interface Settings {
  symbol: string;
  /** Polling: from one answer to the next request. */
  interval_s: number;
  /** Long polling: how long an answer may be held. */
  hold_s: number;
  /** How much of the past is in view. */
  window_s: number;
}

export const INTERVALS_S = [0.5, 1, 2, 5];
export const HOLDS_S = [1, 5, 25];
export const WINDOWS_S = [6, 12, 30, 60];
/** How far one step back in time goes. */
export const BACK_S = 60;
/** The presenter's: prices a second in all, and how many symbols. */
export const RATES = [0.5, 1, 2, 5, 10, 20, 50, 100, 200];
export const SYMBOLS = [1, 2, 4, 8, 16];

/** A class can check these by counting rings. */
export const AT_FIRST: Settings = { symbol: 'ACME', interval_s: 2, hold_s: 25, window_s: 12 };

/** The value after this one, from the beginning again after the last. */
export function next<T>(values: readonly T[], value: T): T | undefined {
  return values[(values.indexOf(value) + 1) % values.length];
}

/** The values to choose from, with the one that is: the command line may have set another. */
export function among(values: readonly number[], value: number): number[] {
  return [...new Set([...values, value])].toSorted((a, b) => a - b);
}

/** The key, if it is ours: where a letter is typed, or a press means something already, it is not. */
export function keyOf(event: KeyboardEvent): string | null {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null;
  // A presenter's remote control sends these, whatever was chosen last: a list has other keys of its own.
  if (/^Page(Up|Down)$/.test(event.key) && target.matches('select') && !target.closest('dialog, [role="dialog"]')) {
    return event.key.toLowerCase();
  }
  if (target.closest('input, textarea, select, [contenteditable], dialog, [role="dialog"]')) return null;
  if (event.key === ' ' && target.closest('button, a, summary')) return null;
  return event.key.toLowerCase();
}
