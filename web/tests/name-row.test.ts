// Names on one line: beside each other, near to what they name, and within the line.

import { expect, it } from 'vitest';

import { nameRow } from '../src/class/name-row.ts';

const name = (middle: number, width = 20) => ({ middle, width });

it('names stand in the middle of what they name where there is room', () => {
  expect(nameRow([], 100)).toEqual([]);
  expect(nameRow([name(30), name(70)], 100)).toEqual([20, 60]);
});

it('names never lie on each other, and stay in their order within the line', () => {
  expect(nameRow([name(50), name(50), name(52)], 100)).toEqual([40, 60, 80]);
  expect(nameRow([name(95), name(2)], 100)).toEqual([80, 0]);
  expect(nameRow([name(95), name(90), name(85)], 100)).toEqual([80, 60, 40]);
});

it('of more than fit, the last ones stay', () => {
  expect(nameRow([name(10, 40), name(50, 40), name(90, 40)], 100)).toEqual([null, 20, 60]);
});
