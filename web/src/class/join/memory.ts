// Where a phone goes on when its browser threw the page away while it slept. It stays in the tab, and goes with it.

import type { WayName } from '../../types.ts';
import { WAYS } from '../../words.ts';

const NAME = 'lane';
/** Under which the bet is kept, with when the bets were opened. */
const BET = 'bet';

export interface Place {
  way: WayName;
  /** EPOCH-SEQ, or empty. */
  cursor: string;
}

export function remember({ way, cursor }: Place): void {
  try {
    sessionStorage.setItem(NAME, `${way} ${cursor}`);
  } catch {
    // A browser that keeps nothing: then the phone chooses again.
  }
}

/** Null if there is nothing, or nothing that means a lane. */
export function recall(): Place | null {
  try {
    const [name, cursor = ''] = (sessionStorage.getItem(NAME) ?? '').split(' ');
    const way = WAYS.find((known) => known === name);
    return way ? { way, cursor } : null;
  } catch {
    return null;
  }
}

/** Null: there is no bet any more. */
export function rememberBet(way: WayName | null, opened_us: number): void {
  try {
    if (way) sessionStorage.setItem(BET, `${way} ${opened_us}`);
    else sessionStorage.removeItem(BET);
  } catch {
    // As above: then it does not show what it chose.
  }
}

/** What was bet on when bets were opened then; null if nothing was. */
export function recallBet(opened_us: number): WayName | null {
  try {
    const kept = sessionStorage.getItem(BET);
    return WAYS.find((way) => kept === `${way} ${opened_us}`) ?? null;
  } catch {
    return null;
  }
}

export function forget(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Nothing was kept.
  }
}

/** The cursor with which a lane goes on: its own, of this epoch. Polling asks for the newest anyway. */
export function cursorFor(way: WayName, epoch: string, place: Place | null): string {
  if (place?.way !== way || way === 'poll') return '';
  return place.cursor.startsWith(`${epoch}-`) ? place.cursor : '';
}
