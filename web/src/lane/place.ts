// Where an exchange is drawn, as its client believes it went: only the two ends of it are known, and what lies between
// follows from the events that came.

import type { Pen } from './draw.ts';
import type { Exchange, Heard } from './record.ts';

/** An exchange with the places at which it is drawn. */
export interface Placed {
  of: Exchange;
  /** Asked, at the client and at the server. */
  bottomAsk: number;
  topAsk: number;
  /** Answered, at the server and at the client. Open: both are now. */
  topEnd: number;
  bottomEnd: number;
}

/** When an event left the server: at its own instant, or with the answer that brought it, whichever was later. */
export function sent(pen: Pen, { at, arrived, exchange }: Heard): number {
  const published = pen.record.of.local(at);
  const reached = exchange ? (exchange.asked + (exchange.answered ?? exchange.asked)) / 2 : published;
  return Math.min(arrived, Math.max(published, reached));
}

/** Two arrows at one place cannot be told apart, and on one machine an exchange lasts a millisecond. So the ask is moved
 *  aside, by the width of a dot: away from its own answer, or from the one before. The answer stays where it was. */
export function place(pen: Pen, exchanges: readonly Exchange[]): Placed[] {
  const apart = pen.look.dot;
  let before = -Infinity;
  return exchanges.map((of) => {
    const end = of.answered ?? of.closed ?? pen.now;
    const news = of.newest;
    const transit = news ? Math.max(0, news.arrived - pen.record.of.local(news.at)) : Infinity;
    const up = of.answered === null ? 0 : Math.min((of.answered - of.asked) / 2, transit);
    const bottomEnd = pen.x(end);
    let bottomAsk = pen.x(of.asked);
    if (bottomEnd - bottomAsk < apart && of.answered !== null) bottomAsk = bottomEnd - apart;
    else if (bottomAsk - before < apart) bottomAsk = before + apart;
    const topAsk = bottomAsk + pen.x(of.asked + up) - pen.x(of.asked);
    const left = news && of.heard > 0 ? sent(pen, news) : end - up;
    const topEnd = of.answered === null ? bottomEnd : Math.max(topAsk, pen.x(left));
    before = bottomEnd;
    return { of, bottomAsk, topAsk, topEnd, bottomEnd };
  });
}
