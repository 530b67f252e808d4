// For how long a recovery is told: below a lane, and in a demo.

import { expect, it } from 'vitest';

import { recoveryBelow, recoverySince } from '../src/class/told-recovery.ts';
import type { FaultWindow } from '../src/class/windows.ts';
import { LaneRecord } from '../src/lane/record.ts';
import { Truth } from '../src/lane/truth.ts';

const FAULT: FaultWindow = { fault: 'half-open', value: 0, lanes: ['sse'], from: 1200, to: 1200 };

/** A lane with a price every second, which hears of those after 1 s only at `back`, on another connection. */
function lane(back: number) {
  const record = new LaneRecord({
    way: 'sse',
    symbol: 'ACME',
    truth: new Truth(),
    local: (at) => at / 1000,
    turn: () => 1,
  });
  const hear = (instant: number, arrived: number) => {
    const price = { seq: instant / 1000, at: instant * 1000, symbol: 'ACME', value: instant, change: 0 };
    record.event('aaaaaa', price, arrived);
  };
  record.asked(1, 0);
  record.answered(1, 1, true);
  hear(1000, 1002);
  record.closed(1, back - 20, true);
  record.asked(2, back - 10);
  record.answered(2, back - 5, true);
  for (let instant = 2000; instant <= back; instant += 1000) hear(instant, back);
  return record;
}

it('is told below a lane for half a minute from when it was fresh, however late that was', () => {
  const record = lane(42_000);
  expect(recoveryBelow(record, [FAULT], 42_500)).toMatchObject({ fresh_ms: 40_800, lost: 0 });
  expect(recoveryBelow(record, [FAULT], 71_900)).not.toBeNull();
  expect(recoveryBelow(record, [FAULT], 72_000)).toBeNull();
});

it('is not waited for longer than a minute and a half', () => {
  const record = lane(200_000);
  const before = record.events.splice(1); // it never came
  expect(before.length).toBeGreaterThan(0);
  record.exchanges.splice(1);
  expect(recoveryBelow(record, [FAULT], 91_199)).toMatchObject({ fresh_ms: null });
  expect(recoveryBelow(record, [FAULT], 91_200)).toBeNull();
});

it('is told in a demo until the next fault, and is that of no fault before', () => {
  const record = lane(42_000);
  expect(recoverySince(record, [FAULT], 1000, 600_000)).toMatchObject({ fresh_ms: 40_800 });
  expect(recoverySince(record, [FAULT], 1300, 600_000)).toBeNull();
  const next: FaultWindow = { ...FAULT, fault: 'cut', from: 50_000, to: null };
  expect(recoverySince(record, [FAULT, next], 1000, 51_000)).toBeNull();
  const harmless: FaultWindow = { ...next, fault: 'delay' };
  expect(recoverySince(record, [FAULT, harmless], 1000, 51_000)).not.toBeNull();
});
