// What a phone has bet on. It outlives the page, which a phone throws away while it sleeps.

import { ref, watch } from 'vue';

import type { WayName } from '../../types.ts';
import type { Live } from '../live.ts';
import { recallBet, rememberBet } from './memory.ts';

/** For a phone that has joined. */
export function useMyBet(live: Pick<Live, 'state' | 'bet'>) {
  /** Which bets these are. */
  const openedUs = () => live.state.value?.bets.opened_us ?? 0;
  const mine = ref<WayName | null>(recallBet(openedUs()));
  // What is shown shall count, also if the class has forgotten this phone.
  if (mine.value && live.state.value?.bets.open) live.bet(mine.value);

  function choose(way: WayName | null): void {
    mine.value = way;
    rememberBet(way, openedUs());
  }

  function bet(way: WayName): void {
    choose(way);
    live.bet(way);
  }

  // New bets begin, and the old ones are gone.
  watch(openedUs, () => choose(null));

  return { mine, bet };
}
