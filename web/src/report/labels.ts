// Where labels go, so that none lies on another, on a point or outside of its chart. Pure: same input, same picture.

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** About as wide as a text will be, in pixels: Han are square, the rest is about half as wide. */
export function widthOf(text: string, size: number): number {
  let em = 0;
  for (const letter of text) em += /[\u2e80-\uffef]/.test(letter) ? 1 : /[ilj.,\u202f ]/.test(letter) ? 0.3 : 0.56;
  return em * size;
}

/** Moves the middles of labels apart until none covers the next, keeps their order, and stays in `low`..`high`. */
export function apart(places: readonly number[], heights: readonly number[], low: number, high: number): number[] {
  const order = places.map((_, place) => place).sort((a, b) => places[a]! - places[b]!);
  const moved = [...places];
  let floor = low;
  for (const place of order) {
    const half = heights[place]! / 2;
    moved[place] = Math.max(moved[place]!, floor + half);
    floor = moved[place]! + half;
  }
  let ceiling = high;
  for (const place of order.toReversed()) {
    const half = heights[place]! / 2;
    moved[place] = Math.min(moved[place]!, ceiling - half);
    ceiling = moved[place]! - half;
  }
  return moved;
}

export interface Wish {
  text: string;
  /** The point that it names. */
  x: number;
  y: number;
}

export interface Placed extends Box {
  anchor: 'start' | 'end' | 'middle';
  /** Where the text begins, ends or has its middle; its base line. */
  textX: number;
  textY: number;
  /** There was no free place near the point: a line must lead to it. */
  far: boolean;
}

const overlap = (a: Box, b: Box) =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

/** Gives each label, in turn, the first free place round its point; the least covered one if none is free. */
export function place(wishes: readonly Wish[], size: number, inside: Box, taken: readonly Box[]): Placed[] {
  const used = [...taken];
  return wishes.map(({ text, x, y }) => {
    const [width, height] = [widthOf(text, size), size * 1.15];
    let best: Placed | null = null;
    let least = Infinity;
    for (const [dx, dy] of PLACES) {
      const at = { x: x + dx * 9 - (dx < 0 ? width : dx > 0 ? 0 : width / 2), y: y + dy * 11 - height / 2 };
      const far = Math.abs(dy) > 2;
      const anchor = dx > 0 ? ('start' as const) : dx < 0 ? ('end' as const) : ('middle' as const);
      const textX = dx > 0 ? at.x : dx < 0 ? at.x + width : at.x + width / 2;
      const one: Placed = { ...at, width, height, anchor, textX, textY: at.y + height * 0.76, far };
      const out = width * height - overlap(one, inside);
      const covered = used.reduce((sum, box) => sum + overlap(one, box), out * 4);
      if (covered < least - 0.5) [best, least] = [one, covered];
      if (least < 0.5) break;
    }
    used.push(best!);
    return best!;
  });
}

/** Right, above and below to the right, left, above, below; then further away. In steps of 9 and 11 pixels. */
const PLACES: readonly (readonly [number, number])[] = [
  [1.2, 0],
  [1, -1],
  [1, 1],
  [-1.2, 0],
  [-1, -1],
  [-1, 1],
  [0, -1.6],
  [0, 1.6],
  [0, 2.8],
  [0, -2.8],
  [2, 2.5],
  [2, -2.5],
  [-2, 2.5],
  [-2, -2.5],
  [2, 4],
  [2, -4],
  [2, 5.5],
  [2, -5.5],
  [-2, 5.5],
  [-2, -5.5],
];
