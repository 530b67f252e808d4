// The client's exchanges, at the instants at which the road saw them. By its own clock the client asks a little earlier
// and is answered a little later, and what it believes of the way between is a guess: a wash drawn from that would not
// meet the arrows. What no road has told of, as a question that still waits on its way, stays as the client knows it.

import { SAME_MS, type Arrow } from './passed.ts';
import type { Placed } from './place.ts';

/** `streams`: an exchange lasts beyond its answer, and the browser may have asked by itself before it was known. */
export function meet(placed: readonly Placed[], asked: readonly Arrow[], streams: boolean): Placed[] {
  const own = shared(placed, asked);
  return placed.map((one, place) => {
    const { answered, closed } = one.of;
    const questions = own[place]!.filter(({ from }) => streams || from >= one.of.asked - SAME_MS);
    const ask = streams ? questions.findLast(({ from }) => from <= (answered ?? Infinity)) : questions[0];
    if (!ask) return one;
    const met = { ...one, bottomAsk: ask.x1, topAsk: ask.x2 };
    // A browser may ask for leave first (a preflight): the answer is the one to its last question.
    const answer = answered === null && closed === null ? null : questions.at(-1)!.answer;
    return streams || !answer ? met : { ...met, topEnd: answer.x1, bottomEnd: answer.x2 };
  });
}

/** The questions of each exchange: each belongs to the one that began nearest to it. */
function shared(placed: readonly Placed[], asked: readonly Arrow[]): Arrow[][] {
  const own: Arrow[][] = placed.map(() => []);
  let place = 0;
  for (const ask of asked) {
    const away = (one: number) => Math.abs((placed[one]?.of.asked ?? Infinity) - ask.from);
    while (away(place + 1) <= away(place) && place + 1 < placed.length) place += 1;
    own[place]?.push(ask);
  }
  return own;
}
