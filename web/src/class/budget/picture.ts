// A round of the lab as bands on one time axis: what stood when. Pure.

import type { WayName } from '../../types.ts';
import type { Attempt, Stage } from './attempt.ts';
import type { Manner } from './budget-words.ts';
import type { Lab } from './lab.ts';

/** In percent of the width. `answered` is an instant: it has no width. */
interface Band {
  stage: Stage;
  left: number;
  width: number;
}

export interface Row {
  /** Null is the plain request. */
  number: number | null;
  stage: Stage;
  /** Until it got through; null if it has not. */
  after_ms: number | null;
  /** How long it has been as it is. */
  since_ms: number;
  events: number;
  bands: Band[];
}

export interface Picture {
  rows: Row[];
  /** Places on the axis, in percent, and how long after the start they are. */
  ticks: { left: number; s: number }[];
}

/** The axis grows by steps; what lasts longer than the last of them slides out at its left. */
const SPANS_S = [6, 12, 30, 60];
const PARTS = 3;

/** The round as it is `now`; null if there was none. */
export function look(lab: Lab, now: number): Picture | null {
  const { attempts, request, began } = lab;
  if (attempts.length === 0) return null;
  const until = lab.ended ?? now;
  const span_s = SPANS_S.find((s) => s * 1000 >= until - began) ?? SPANS_S.at(-1)!;
  const from = Math.max(began, until - span_s * 1000);
  const place = (at: number) => ((Math.max(at, from) - from) / (span_s * 1000)) * 100;

  const bands = ({ spans }: Attempt) =>
    spans
      .filter(({ stage, to }) => stage !== 'closed' && (to ?? until) >= from)
      .map(({ stage, from: start, to }) => ({
        stage,
        left: place(start),
        width: place(to ?? until) - place(start),
      }))
      .filter(({ stage, width }) => width > 0 || stage === 'answered');
  const row = (attempt: Attempt, number: number | null): Row => ({
    number,
    stage: attempt.stage,
    after_ms: attempt.after_ms,
    since_ms: attempt.since_ms(until),
    events: attempt.events,
    bands: bands(attempt),
  });

  const step_s = span_s / PARTS;
  const first = Math.ceil((from - began) / 1000 / step_s);
  const all = Array.from({ length: PARTS + 1 }, (_, index) => (first + index) * step_s);
  const ticks = all.map((s) => ({ left: place(began + s * 1000), s })).filter(({ left }) => left <= 100);
  return {
    rows: [...attempts.map((attempt, index) => row(attempt, index + 1)), ...(request ? [row(request, null)] : [])],
    ticks,
  };
}

/** Whose colour and glyph a row has. */
export function wayOf({ number }: Row, manner: Manner): WayName {
  if (number === null) return 'poll';
  return manner === 'sockets' ? 'ws' : 'sse';
}
