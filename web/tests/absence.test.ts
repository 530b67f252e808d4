// A tab that was away for long counts anew; a short look at another one changes nothing.

import { afterEach, expect, it, vi } from 'vitest';

import { afterAbsence } from '../src/lane/absence.ts';

afterEach(() => vi.unstubAllGlobals());

it('is back when it is seen again after more than five seconds', () => {
  let now = 0;
  const tab = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('document', tab);
  vi.stubGlobal('performance', { now: () => now });
  const turn = (to: string, at: number) => {
    [tab.visibilityState, now] = [to, at];
    tab.dispatchEvent(new Event('visibilitychange'));
  };
  const back = vi.fn();
  const life = new AbortController();
  afterAbsence(back, life.signal);
  turn('hidden', 1000);
  turn('visible', 6000);
  expect(back).not.toHaveBeenCalled();
  turn('hidden', 7000);
  turn('visible', 12_001);
  expect(back).toHaveBeenCalledTimes(1);
  life.abort();
  turn('hidden', 20_000);
  turn('visible', 90_000);
  expect(back).toHaveBeenCalledTimes(1);
});
