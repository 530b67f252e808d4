// The mark of a way, and a line, as paths.

import { CORNERS } from '../mark.ts';
import type { WayName } from '../types.ts';

export function markPath(way: WayName, x: number, y: number, size: number): string {
  const r = size / 2;
  if (way === 'poll')
    return `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 0 ${n(size)} 0a${n(r)} ${n(r)} 0 1 0 ${n(-size)} 0z`;
  return `M${CORNERS[way].map(([dx, dy]) => `${n(x + dx * r)} ${n(y + dy * r)}`).join('L')}z`;
}

/** A line through points, as straight pieces. */
export function linePath(points: readonly { x: number; y: number }[]): string {
  return points.length === 0 ? '' : `M${points.map(({ x, y }) => `${n(x)} ${n(y)}`).join('L')}`;
}

/** A tenth of a pixel is enough. */
const n = (value: number) => `${Math.round(value * 10) / 10}`;
