// One heartbeat for all drawings of a page: capped at `--fps-chart`, once a second with reduced motion, and still in a
// hidden tab, because animation frames are.

import { lookAt } from './look.ts';

type Step = () => void;

const steps = new Set<Step>();
let frame = 0;
let last = 0;

function beat(time: number): void {
  frame = requestAnimationFrame(beat);
  // A quarter of a frame early is on time: otherwise a cap of 24 on a 60 Hz screen becomes 20.
  if (time - last < 1000 / lookAt(14).fps - 4) return;
  last = time;
  for (const step of steps) step();
}

/** Calls `step` at every beat, until what it returns is called. */
export function onBeat(step: Step): () => void {
  steps.add(step);
  if (steps.size === 1) frame = requestAnimationFrame(beat);
  return () => {
    steps.delete(step);
    if (steps.size === 0) cancelAnimationFrame(frame);
  };
}
