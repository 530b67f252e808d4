// A list that was chosen from by pointer lets go of the focus, so that the keys of the board work again. Whoever chooses by
// keyboard keeps it: another arrow may follow.

/** Until `signal` aborts. */
export function handBack(page: EventTarget, signal: AbortSignal): void {
  let pointed: EventTarget | null = null;
  page.addEventListener('pointerdown', ({ target }) => (pointed = target), { capture: true, signal });
  page.addEventListener('keydown', () => (pointed = null), { capture: true, signal });
  page.addEventListener(
    'change',
    ({ target }) => {
      if (target === pointed && (target as HTMLElement).matches('select')) (target as HTMLElement).blur();
    },
    { signal },
  );
}
