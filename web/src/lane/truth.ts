// What was really published of one symbol, whoever heard of it: every lane tells what it heard, and a lossless read in
// the background brings the rest. Against this the lanes are drawn.

import type { Quote } from '../types.ts';
import { firstFrom, meanAge } from './age.ts';

/** How many prices are kept. Twice as many are held before the older half goes. */
const KEPT = 8192;

export interface Published {
  epoch: string;
  seq: number;
  /** Unix microseconds by the clock of the server. */
  at: number;
  value: number;
}

export class Truth {
  /** Ascending by `at`, each price once. */
  readonly all: Published[] = [];

  add(epoch: string, { seq, at, value }: Quote): void {
    let place = this.all.length;
    while (place > 0 && this.all[place - 1]!.at > at) place -= 1; // nearly always the end
    for (let same = place - 1; same >= 0 && this.all[same]!.at === at; same -= 1) {
      if (this.all[same]!.seq === seq && this.all[same]!.epoch === epoch) return;
    }
    this.all.splice(place, 0, { epoch, seq, at, value });
    if (this.all.length > 2 * KEPT) this.all.splice(0, KEPT);
  }

  newest(): Published | null {
    return this.all.at(-1) ?? null;
  }

  /** What was published between two instants, and the price that was true at the first. */
  between(from: number, to: number): Published[] {
    const at = (item: Published) => item.at;
    return this.all.slice(Math.max(0, firstFrom(this.all, from, at) - 1), firstFrom(this.all, to, at));
  }

  /** How old the price is for a reader without any delay, on average, in milliseconds: the market's own quiet. */
  idealAge(from: number, to: number): number | null {
    const steps = this.between(from, to).map(({ at }) => ({ from: at / 1000, at: at / 1000 }));
    return meanAge(steps, from / 1000, to / 1000);
  }
}

interface Answer {
  epoch: string;
  cursor: string;
  events: Quote[];
}

/** The lossless read in the background: `/poll` with a cursor, one step at a time. It names no lane, so it is in
 *  nobody's count. */
export class TruthReader {
  constructor(
    private readonly truth: Truth,
    private readonly path: string,
    private cursor: string,
  ) {}

  async step(get: (path: string) => Promise<unknown>): Promise<void> {
    const { epoch, cursor, events } = (await get(`${this.path}&after=${this.cursor}`)) as Answer;
    for (const event of events) this.truth.add(epoch, event);
    this.cursor = cursor;
  }
}
