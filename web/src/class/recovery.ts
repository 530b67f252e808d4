// What became of a lane after a fault, from its own record: when it knew the newest price again, and what it lost,
// caught up on or was told twice. Pure. All instants are `performance.now()`.

import { firstFrom } from '../lane/age.ts';
import type { Exchange, Heard, LaneRecord } from '../lane/record.ts';

export interface Recovery {
  /** From the end of the fault until the newest price was known again, in milliseconds; null: it is not yet. */
  fresh_ms: number | null;
  /** Published from the beginning of the fault until then, and never heard of here. */
  lost: number;
  /** Heard of, but published before the connection that brought them: the server gave them again from its log. */
  replayed: number;
  /** Came although they were known. */
  twice: number;
}

/** A price this much newer may still be in a queue of the browser, or in the answer to a request that is on its way. */
const JUST_MS = 100;
/** The class tells of an end some ten times a second: what came so shortly before it was told came after the end. */
const TOLD_MS = 150;
/** So many prices from before the fault tell how long the way here is. */
const BEFORE = 50;

/** Null while there is nothing to tell: the fault still stands, or the lane had heard nothing before it. */
export function recoveryOf(record: LaneRecord, from: number, to: number | null, now: number): Recovery | null {
  const { events, of } = record;
  const known = heardBy(events, from) - 1;
  if (to === null || known < 0) return null;
  const fresh = freshAt(record, from, to, known);
  // What comes in one burst is counted to its end.
  const until = fresh === null ? now : fresh + JUST_MS;
  const caughtUp = events.slice(known + 1, heardBy(events, until));
  const seen = new Set(caughtUp.map(({ at }) => at)); // a symbol has one price an instant
  const [first, last] = [events[known]!.at, (caughtUp.at(-1) ?? events[known]!).at];
  return {
    fresh_ms: fresh === null ? null : Math.max(0, fresh - to),
    lost: of.truth.all.filter(({ at }) => at > first && at <= last && !seen.has(at)).length,
    // A snapshot is the newest price, and none that was given again.
    replayed: of.way === 'poll' ? 0 : caughtUp.filter((one) => isReplayed(record, one)).length,
    twice: record.repeats.filter((at) => at > from && at <= until).length,
  };
}

/** How many had come by an instant, those of the instant itself included. */
function heardBy(events: readonly Heard[], instant: number): number {
  return firstFrom(events, instant + 0.001, ({ arrived }) => arrived);
}

/** The first sign of life after the fault at which nothing newer had been published for longer than the way here takes. */
function freshAt(record: LaneRecord, from: number, to: number, known: number): number | null {
  const { events, of } = record;
  const slack = JUST_MS + wayHere(record, known);
  for (const sign of signsOfLife(record, from, Math.max(from, to - TOLD_MS))) {
    const believed = events[heardBy(events, sign) - 1]!;
    const newest = of.truth.all[firstFrom(of.truth.all, sign - slack, ({ at }) => of.local(at)) - 1];
    if (!newest || newest.at <= believed.at) return sign;
  }
  return null;
}

/** When something came by a connection that is well, ascending. What was on its way when the fault began is none. */
function signsOfLife(record: LaneRecord, from: number, to: number): number[] {
  const { events, of } = record;
  const isNew = ({ exchange, at }: Heard) => (exchange !== null && exchange.asked >= from) || of.local(at) > from;
  const heard = events.slice(firstFrom(events, to, ({ arrived }) => arrived)).filter(isNew);
  const answers = record
    .exchangesBetween(from, Infinity)
    .filter(({ asked, lost, news }) => asked >= from && (news || !lost))
    .map(({ answered }) => answered ?? -Infinity);
  return [...heard.map(({ arrived }) => arrived), ...answers.filter((at) => at >= to)].toSorted((a, b) => a - b);
}

/** The least time from a publication to here, as it was before the fault, in milliseconds. */
function wayHere({ events, of }: LaneRecord, known: number): number {
  const before = events.slice(Math.max(0, known + 1 - BEFORE), known + 1);
  return Math.max(0, Math.min(...before.map(({ arrived, at }) => arrived - of.local(at))));
}

function isReplayed({ exchanges, of }: LaneRecord, { exchange, at }: Heard): boolean {
  return exchange !== null && of.local(at) < exchange.asked && cameAnew(exchanges, exchange);
}

/** Whether something was broken before this exchange: it did not just follow the one that brought the last prices. */
function cameAnew(exchanges: readonly Exchange[], exchange: Exchange): boolean {
  for (let place = exchanges.lastIndexOf(exchange) - 1; place >= 0; place -= 1) {
    const { lost, heard, closed } = exchanges[place]!;
    if (lost) return true;
    if (heard > 0) return exchange.asked - (closed ?? exchange.asked) > JUST_MS;
  }
  return false;
}
