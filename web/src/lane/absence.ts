// A tab that was away: its lanes rested, and what they slept through is nothing that they failed to see.

/** A look at another tab is no rest: so long its lanes may be away and still count on. */
const LONG_MS = 5000;

/** Calls `back` whenever the tab is seen again after it was hidden for long, until `signal` aborts. */
export function afterAbsence(back: () => void, signal: AbortSignal): void {
  let left = document.visibilityState === 'hidden' ? performance.now() : Infinity;
  const changed = () => {
    const now = performance.now();
    if (document.visibilityState === 'hidden') left = now;
    else if (now - left > LONG_MS) back();
  };
  document.addEventListener('visibilitychange', changed, { signal });
}
