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

/** A class can check these by counting rings. */
export const AT_FIRST: Settings = { symbol: 'ACME', interval_s: 2, hold_s: 25, window_s: 12 };

/** The value after this one, from the beginning again after the last. */
export function next<T>(values: readonly T[], value: T): T | undefined {
  return values[(values.indexOf(value) + 1) % values.length];
}
