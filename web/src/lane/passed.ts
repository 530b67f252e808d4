// What passed on the wire, as arrows: each from the instant at which the road took a piece to the instant at which it
// handed it on. Pings, pongs and closes are grey, because no page sees them; what never arrived ends half way.

import { firstFrom } from './age.ts';
import { bundle, bundleStep, isDense } from './bundle.ts';
import { spanOf, type Pen } from './draw.ts';
import { asks, asksInVain, cross, line, sign, told } from './strokes.ts';
import type { Piece, Tape } from './tape.ts';

export interface Arrow {
  kind: 'ask' | 'told' | 'sign' | 'lost';
  up: boolean;
  connection: number;
  /** When it began and ended, `performance.now()`; bundles go by the end. */
  from: number;
  at: number;
  /** Where it is drawn. */
  x1: number;
  x2: number;
  /** How many updates came with it. */
  n: number;
  /** The answer to an ask. */
  answer: Arrow | null;
}

/** What the client and the road tell of the same request differs by less than this, the error of the clock included. */
export const SAME_MS = 150;
/** What is neither asked nor told. */
const KINDS: Partial<Record<Piece['kind'], Arrow['kind']>> = {
  ping: 'sign',
  pong: 'sign',
  close: 'sign',
  lost: 'lost',
};

/** All that passed in view, in its order, where it is drawn. */
export interface Passed {
  all: Arrow[];
  asked: Arrow[];
  answers: Arrow[];
  /** There are more questions than can be drawn one by one. */
  crowded: boolean;
}

export function passedIn(pen: Pen, tape: Tape): Passed {
  const { record, look, from, now } = pen;
  const skew_us = record.of.local(0) * 1000;
  const all = arrowsOf(pen, tape.between(from * 1000 - skew_us, now * 1000 - skew_us + 1));
  const asked = all.filter(({ kind }) => kind === 'ask');
  const answers = all.filter(({ kind }) => kind === 'told');
  const crowded = isDense(asked.length, spanOf(pen, asked[0]?.at));
  if (!crowded) part(asked, answers, look.dot);
  return { all, asked, answers, crowded };
}

/** `vain` are the instants at which the client asked and got no answer: what was tried and never reached the road. */
export function drawPassed(pen: Pen, passed: Passed, vain: readonly number[], top: number, bottom: number): void {
  const { look, window_ms, width } = pen;
  const { all, asked, answers, crowded } = passed;
  const lost = all.filter(({ kind }) => kind === 'lost');
  const step = bundleStep(window_ms, width, look.text);
  const at = (arrow: Arrow) => arrow.at;

  for (const group of bundle(asked, at, crowded ? step : null)) {
    const one = group.at(-1)!;
    asks(pen, one.x1, one.x2, top, bottom);
  }
  const dense = isDense(answers.length, spanOf(pen, answers[0]?.at));
  let before = -Infinity;
  for (const group of bundle(answers, at, dense ? step : null)) {
    const last = group.at(-1)!;
    const n = group.reduce((sum, one) => sum + one.n, 0);
    told(pen, last.x1, last.x2, top, bottom, n, n > 0, last.x1 - before > look.text * 2.4);
    before = last.x1;
  }
  for (const { kind, up, x1, x2 } of all) {
    if (kind === 'sign') sign(pen, x1, up ? bottom : top, x2, up ? top : bottom);
  }
  for (const up of [true, false]) {
    const gone = lost.filter((arrow) => arrow.up === up);
    for (const [one] of bundle(gone, ({ from: begun }) => begun, null)) halfWay(pen, one!.x1, up, top, bottom);
  }
  const tried = [...asked, ...lost].map(({ from: begun }) => begun).sort((a, b) => a - b);
  for (const instant of vain) {
    const next = tried[firstFrom(tried, instant - SAME_MS, (one) => one)] ?? Infinity;
    if (next > instant + SAME_MS) asksInVain(pen, pen.x(instant), top, bottom);
  }
}

function arrowsOf(pen: Pen, pieces: readonly Piece[]): Arrow[] {
  const { record, from, now } = pen;
  const { local } = record.of;
  const heard = record.heardBetween(from, now + 1).filter(({ arrived }) => arrived >= from);
  const all: Arrow[] = [];
  /** The newest arrow of a connection: a body belongs to its head, an answer to its request. */
  const newest = new Map<number, Arrow>();
  let place = 0;
  for (const { kind, up, connection, came_us, went_us, seq } of pieces) {
    const [begun, at] = [local(came_us), local(went_us)];
    const first = place;
    if (seq !== null) while (place < heard.length && heard[place]!.seq <= seq) place += 1;
    // An event is one update. How many are in a whole answer, only the client knows.
    const n = seq === null ? 0 : kind === 'body' ? Math.max(1, place - first) : 1;
    const before = newest.get(connection);
    if (kind === 'body' && before?.kind === 'told') {
      Object.assign(before, { at, x2: pen.x(at), n: before.n + n });
      continue;
    }
    const arrow: Arrow = {
      kind: KINDS[kind] ?? (up ? 'ask' : 'told'),
      up,
      connection,
      from: begun,
      at,
      x1: pen.x(begun),
      x2: pen.x(at),
      n,
      answer: null,
    };
    if (before?.kind === 'ask' && arrow.kind === 'told') before.answer = arrow;
    newest.set(connection, arrow);
    all.push(arrow);
  }
  return all;
}

/** Two arrows at one place cannot be told apart, and on one machine an exchange lasts a millisecond. So an ask is moved
 *  aside, by the width of a dot: away from its own answer, or from the one before. The answer stays where it was. */
function part(asked: readonly Arrow[], answers: readonly Arrow[], apart: number): void {
  for (const ask of asked) {
    const end = ask.answer?.x2 ?? Infinity;
    const last = answers[firstFrom(answers, ask.from, ({ at }) => at) - 1]?.x2 ?? -Infinity;
    let aside = 0;
    if (end - ask.x1 < apart) aside = end - apart - ask.x1;
    else if (ask.x1 - last < apart) aside = last + apart - ask.x1;
    ask.x1 += aside;
    ask.x2 += aside;
  }
}

/** It set out, and did not arrive. */
function halfWay(pen: Pen, x: number, up: boolean, top: number, bottom: number): void {
  if (up) return asksInVain(pen, x, top, bottom);
  const end = top + (bottom - top) * 0.45;
  pen.ctx.lineWidth = pen.look.wArrow;
  line(pen, x, top, x, end);
  cross(pen, x, end + pen.look.dot * 0.6);
}
