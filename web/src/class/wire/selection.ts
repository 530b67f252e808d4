// Where the inspector stands, and where its keys lead: along the fields of an exchange, and across to the same field
// of another way. Pure.

import type { WayName } from '../../types.ts';
import { WAYS } from '../../words.ts';
import type { Dissected } from './dissect.ts';
import { sideOf, type Exchange } from './exchanges.ts';
import type { Field } from './field.ts';
import { nameOf } from './meaning.ts';
import type { ByWay } from './same-update.ts';

/** A field of a way's exchange, in the order in which it is shown. */
export interface Spot {
  way: WayName;
  place: number;
}

export interface Item {
  field: Field;
  of: Dissected;
}

/** What the client said first, then what the server said. */
export function itemsOf(exchange: Exchange | undefined): Item[] {
  if (!exchange) return [];
  const sides = [...sideOf(exchange, true), ...sideOf(exchange, false)];
  return sides.flatMap((of) => of.fields.map((field) => ({ field, of })));
}

/** To the field so many further on, no further than there are some. */
export function along({ way, place }: Spot, items: readonly Item[], step: number): Spot {
  return { way, place: Math.max(0, Math.min(items.length - 1, place + step)) };
}

/** To the next way that has fields: to the same field there, or else to the same place. */
export function across(spot: Spot, items: ByWay<readonly Item[]>, step: 1 | -1): Spot {
  const here = items[spot.way][spot.place];
  for (let at = WAYS.indexOf(spot.way) + step; WAYS[at]; at += step) {
    const way = WAYS[at]!;
    const there = items[way];
    if (there.length === 0) continue;
    const same = here ? there.findIndex((item) => isSame(item, here)) : -1;
    return same >= 0 ? { way, place: same } : along({ way, place: spot.place }, there, 0);
  }
  return spot;
}

function isSame(one: Item, two: Item): boolean {
  if (one.field.name !== two.field.name || one.of.piece.up !== two.of.piece.up) return false;
  if (one.field.name !== 'header') return true;
  return nameOf(one.field.text).toLowerCase() === nameOf(two.field.text).toLowerCase();
}
