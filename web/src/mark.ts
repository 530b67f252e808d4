// The mark of a way, as in the charts and on the canvas of a lane: the shapes of the glyphs beside its name.

import type { WayName } from './types.ts';

/** Its corners round its middle, in halves of its size; polling is a disc and has none. */
export const CORNERS: Record<Exclude<WayName, 'poll'>, readonly (readonly [x: number, y: number])[]> = {
  'long-poll': [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  'ws': [
    [0, -1.2],
    [1.2, 0],
    [0, 1.2],
    [-1.2, 0],
  ],
  'sse': [
    [-1.1, -0.9],
    [1.1, -0.9],
    [0, 1.1],
  ],
};
