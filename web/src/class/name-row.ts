// Where names stand side by side on one line, each as near as it can be to what it names. Pure: numbers in, numbers out.

interface Name {
  /** Where its middle would be. */
  middle: number;
  width: number;
}

/** The left edges of names on a line from 0 to `room`, in their order; null where there is no place. They keep the order
 *  of their middles, and the last of them stays if there is no room for all. */
export function nameRow(names: readonly Name[], room: number): (number | null)[] {
  const lefts = names.map((): number | null => null);
  const order = names.map((_, at) => at).toSorted((a, b) => names[a]!.middle - names[b]!.middle);
  let free = 0;
  for (const at of order) {
    const { middle, width } = names[at]!;
    const left = Math.max(free, middle - width / 2);
    lefts[at] = left;
    free = left + width;
  }
  // What was pushed out on the right is pushed back.
  let end = room;
  for (const at of order.toReversed()) {
    const left = Math.min(lefts[at]!, end - names[at]!.width);
    lefts[at] = left < 0 ? null : left;
    end = left;
  }
  return lefts;
}
