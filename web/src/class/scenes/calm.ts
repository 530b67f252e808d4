// From what every scene begins: a class in which a difference can be counted by eye.

import type { Weather } from '../state.ts';
import type { BoardWish } from './types.ts';

/** Slow enough that an arrow has a slope. */
export const CALM: Partial<Weather> = { delay_ms: 90 };

/** Two prices a second of one symbol, and a poll every two seconds: three of four prices come and go in between. */
export const MARKET = { rate: 2, symbols: 1 };

export const BOARD: BoardWish = { interval_s: 2, hold_s: 25, window_s: 12, forget: false };
