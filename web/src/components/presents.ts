// The presenter on the board: what may be changed here, the asking, and what became of it.

import { computed, onMounted, ref, type ShallowRef } from 'vue';

import type { Board } from '../lane/board.ts';
import { change, token, type Change, type Refusal } from '../presenter.ts';
import type { Lang } from '../words.ts';
import { boardWords } from './board-words.ts';

interface Stage {
  board: () => Board | null;
  market: ShallowRef<Board['market']>;
  coming: ShallowRef<Board['coming']>;
  lang: () => Lang;
}

export function usePresenter({ board, market, coming, lang }: Stage) {
  // The page as it was built knows no token: it comes after the first drawing.
  const mounted = ref(false);
  const refusal = ref<Refusal | null>(null);
  let asking = false;
  onMounted(() => (mounted.value = true));

  /** What the next change begins from; null on a page that only watches. */
  const presents = computed(() => {
    const told = coming.value ?? market.value;
    return mounted.value && token.value && told ? { rate: told.rate, symbols: told.symbols.length } : null;
  });
  const said = computed(() => {
    const say = boardWords[lang()];
    if (coming.value) return say.coming(coming.value.rate, coming.value.symbols.length);
    return refusal.value ? say.refusals[refusal.value] : '';
  });

  /** One change at a time: the next one is made of what the server said to this one. */
  async function present(wish: Change): Promise<void> {
    if (asking) return;
    asking = true;
    const answer = await change(wish);
    asking = false;
    refusal.value = typeof answer === 'string' ? answer : null;
    if (typeof answer === 'object') board()?.announce(answer);
  }
  return { presents, said, present };
}
