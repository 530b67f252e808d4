// What a phone has bet on. It outlives the page, which a phone throws away while it sleeps.

import { ref, watch } from 'vue';

import type { WayName } from '../../types.ts';
import type { Live } from '../live.ts';
import { recallBet, rememberBet } from './memory.ts';

/** For a phone that has joined. */
export function useMyBet(live: Pick<Live, 'state' | 'bet'>) {
  const sceneOf = () => live.state.value?.scene?.id ?? '';
  const told = live.state.value?.bets;
  /** Where nobody has bet, these are other bets than those that are remembered. */
  const mine = ref<WayName | null>(told && told.placed > 0 ? recallBet(sceneOf()) : null);
  // What is shown shall count, also if the class has forgotten this phone, or has begun the same question again.
  if (mine.value && told?.open) live.bet(mine.value);

  function choose(way: WayName | null): void {
    mine.value = way;
    rememberBet(way, sceneOf());
  }

  function bet(way: WayName): void {
    choose(way);
    live.bet(way);
  }

  // New bets begin, and the old ones are gone. Closing and opening may be told as one change.
  watch(
    () => [live.state.value?.bets.open, sceneOf(), live.state.value?.bets.placed === 0] as const,
    ([open, scene, none], [before, other, nobody]) => {
      if (open && (!before || scene !== other || (none && !nobody))) choose(null);
    },
  );

  return { mine, bet };
}
