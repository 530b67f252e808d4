// The same update four ways: one event that has come by each of the four, and all bytes that each way moved for it.

import { LETTERS, type WireClass } from './classes.ts';
import { bytesOf, fieldsNamed, isComplete, sideOf, type Exchange } from './exchanges.ts';
import type { WayName } from '../../types.ts';
import { WAYS } from '../../words.ts';

export type ByWay<T> = Record<WayName, T>;

/** What one way moved for an update. All in bytes. */
export interface Carried {
  exchange: Exchange;
  total: number;
  up: number;
  down: number;
  /** The update's own JSON, the same on all ways. */
  update: number;
  /** How many other updates came in the same exchange: then the rest was not for this one alone. */
  others: number;
}

export interface SameUpdate {
  seq: number;
  /** Its JSON. The same number in another epoch has another instant, so that no two updates have the same text. */
  text: string;
  ways: ByWay<Carried>;
}

/** All updates that came by all four ways in exchanges that are all here, oldest first. */
export function sameUpdates(lanes: ByWay<readonly Exchange[]>): SameUpdate[] {
  const carriers = WAYS.map((way) => carriersOf(lanes[way]));
  const found: SameUpdate[] = [];
  for (const text of carriers[0]!.keys()) {
    const exchanges = carriers.map((known) => known.get(text));
    if (exchanges.includes(undefined)) continue;
    const ways = Object.fromEntries(WAYS.map((way, place) => [way, carried(exchanges[place]!, text)]));
    found.push({ seq: seqOf(text), text, ways: ways as ByWay<Carried> });
  }
  return found.toSorted((a, b) => instant(a) - instant(b));
}

/** The newest that each way carried alone, or else the newest; its place. */
export function clearest(updates: readonly SameUpdate[]): number {
  const alone = updates.findLastIndex(({ ways }) => WAYS.every((way) => ways[way].others === 0));
  return alone >= 0 ? alone : updates.length - 1;
}

/** Which ways have brought no update in an exchange that is all here. */
export const without = (lanes: ByWay<readonly Exchange[]>): WayName[] =>
  WAYS.filter((way) => carriersOf(lanes[way]).size === 0);

/** How many bytes of an exchange are of each class. */
export function byClass({ pieces }: Exchange): Record<WireClass, number> {
  const sums = Object.fromEntries(Object.keys(LETTERS).map((kind) => [kind, 0])) as Record<WireClass, number>;
  for (const { from, to, kind } of pieces.flatMap(({ fields }) => fields)) sums[kind] += to - from;
  return sums;
}

/** By which exchange each update came first. */
function carriersOf(exchanges: readonly Exchange[]): Map<string, Exchange> {
  const known = new Map<string, Exchange>();
  for (const exchange of exchanges.filter(isComplete)) {
    for (const { text } of fieldsNamed(exchange, 'update')) if (!known.has(text)) known.set(text, exchange);
  }
  return known;
}

function carried(exchange: Exchange, text: string): Carried {
  const updates = fieldsNamed(exchange, 'update');
  // One that lies across two chunks is two fields.
  const update = updates.reduce((sum, field) => sum + (field.text === text ? field.to - field.from : 0), 0);
  const [up, down] = [true, false].map((side) => bytesOf(sideOf(exchange, side))) as [number, number];
  return { exchange, total: up + down, up, down, update, others: new Set(updates.map(({ text }) => text)).size - 1 };
}

const seqOf = (text: string) => Number(/"seq":(\d+)/.exec(text)?.[1]);
const instant = ({ text }: SameUpdate) => Number(/"at":(\d+)/.exec(text)?.[1]);
