// The roads of a class, as the lanes of one page use them: where they begin, and what passes on them.

import { watch } from 'vue';

import type { Roads } from '../lane/board.ts';
import { Tape } from '../lane/tape.ts';
import { run } from '../transports/run.ts';
import type { WayName } from '../types.ts';
import type { Live } from './live.ts';
import { forgetful } from './scenes/forget.ts';

export class ClassRoads implements Roads {
  /** Clients come back as if they had never been here; a demo may wish for that. It holds for lanes that begin later. */
  forget = false;
  readonly #live: Live;
  readonly #tapes = new Map<WayName, { id: string; tape: Tape }>();
  readonly #quiet: (() => void)[];

  constructor(live: Live) {
    this.#live = live;
    const missed = (until: number) => {
      for (const { tape } of this.#tapes.values()) tape.miss(until);
    };
    this.#quiet = [
      live.onMarks((marks, left_out) => {
        for (const mark of marks) {
          for (const { id, tape } of this.#tapes.values()) if (id === mark[0]) tape.take(mark);
        }
        if (left_out > 0) missed(performance.now()); // whose they were, nobody knows
      }),
      watch(live.open, (open) => missed(open ? performance.now() : Infinity), { flush: 'sync' }),
    ];
  }

  origin(way: WayName): string {
    const lane = this.#live.state.value?.lanes.find((one) => one.way === way);
    return lane ? `${location.protocol}//${location.hostname}:${lane.port}` : '';
  }

  tape(way: WayName, id: string): Tape {
    const tape = new Tape();
    if (!this.#live.open.value) tape.miss(Infinity);
    this.#tapes.set(way, { id, tape });
    return tape;
  }

  readonly run: Roads['run'] = (way, lane, tell, signal) =>
    this.forget ? forgetful(run, way, lane, tell, signal) : run(way, lane, tell, signal);

  stop(): void {
    for (const quiet of this.#quiet) quiet();
  }
}
