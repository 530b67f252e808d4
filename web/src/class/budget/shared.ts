// One stream for all: who leads opens it and passes on what comes, the others listen. When the leader goes, the next
// one opens its own after the last event that it was told of, so that nothing is missing in between.

import type { Elect } from './elect.ts';
import type { Opener } from './lab.ts';

/** The tabs of one origin that share a stream know each other by this name. */
export const NAME = 'fourways-budget';

/** What is said among them. Whoever comes later asks. */
type Word = { kind: 'ask' | 'open' | 'lost' } | { kind: 'event'; cursor: string; data: string };

export const shared =
  (elect: Elect): Opener =>
  (_number, hand) => {
    const channel = new BroadcastChannel(NAME);
    const life = new AbortController();
    let source: EventSource | null = null;
    let cursor = '';
    const say = (word: Word) => channel.postMessage(word);

    const lead = (term: AbortSignal) => {
      hand.become('waiting');
      const stream = new EventSource(`/sse/stock-price?lane=budget${cursor && `&after=${cursor}`}`);
      source = stream;
      stream.onopen = () => {
        hand.become('open');
        say({ kind: 'open' });
      };
      stream.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
        cursor = lastEventId;
        hand.event();
        say({ kind: 'event', cursor, data });
      };
      stream.onerror = () => {
        hand.become('lost');
        say({ kind: 'lost' });
      };
      const leave = () => {
        stream.close();
        source = null;
        hand.become('waiting');
      };
      term.addEventListener('abort', leave, { once: true });
    };

    channel.onmessage = ({ data: word }: MessageEvent<Word>) => {
      if (source) {
        if (word.kind === 'ask' && source.readyState === EventSource.OPEN) say({ kind: 'open' });
      } else if (word.kind === 'open') hand.become('fed');
      else if (word.kind === 'lost') hand.become('lost');
      else if (word.kind === 'event') {
        hand.become('fed');
        if (!isBeyond(word.cursor, cursor)) return;
        cursor = word.cursor;
        hand.event();
      }
    };
    elect(lead, life.signal);
    say({ kind: 'ask' });
    return () => {
      life.abort();
      channel.close();
    };
  };

/** Two who lead for a moment pass the same event on twice. Another epoch is news in any case. */
function isBeyond(cursor: string, known: string): boolean {
  const [[epoch, seq], [knownEpoch, knownSeq]] = [cursor.split('-'), known.split('-')];
  return epoch !== knownEpoch || Number(seq) > Number(knownSeq);
}
