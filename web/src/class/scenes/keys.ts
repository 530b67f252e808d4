// The keys of a demo, as a presenter's remote control sends them.

import { keyOf } from '../../components/settings.ts';

interface Acts {
  next: () => void;
  back: () => void;
  notes: () => void;
}

/** Does what a key of the demo means, once for each press: one that is held goes one step and not through the demo. */
export function pressed(event: KeyboardEvent, { next, back, notes }: Acts): void {
  const act = { pagedown: next, pageup: back, f: notes }[keyOf(event) ?? ''];
  if (!act) return;
  event.preventDefault(); // a held one shall not turn the page instead
  if (!event.repeat) act();
}
