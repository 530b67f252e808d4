// Who of several, in one tab or in many, holds what only one should hold.

/** Takes part until `life` is over. `lead` is called when it is one's turn; its signal aborts when that is over. */
export type Elect = (lead: (term: AbortSignal) => void, life: AbortSignal) => void;

/** By a Web Lock: the browser itself sees to it that there is one at a time, and that the next one follows, also when
 *  a tab crashes. Only in secure contexts: https, or this machine itself. */
export const byLock =
  (name: string): Elect =>
  (lead, life) => {
    const held = () =>
      new Promise<void>((over) => {
        if (life.aborted) return over();
        lead(life);
        life.addEventListener('abort', () => over(), { once: true });
      });
    void navigator.locks.request(name, { signal: life }, held).catch((reason: unknown) => {
      // Who leaves before it was its turn is told so by a failure.
      if (!life.aborted) throw reason;
    });
  };

/** How long an answer to *who leads?* may take, at least; up to twice as long, so that not all claim at once. */
const ANSWER_MS = 300;
/** How long one believes the last answer, at least; up to twice as long. */
const BELIEF_MS = 3000;

interface Word {
  kind: 'who' | 'here' | 'over';
  id: number;
}

/** By words over a BroadcastChannel, for want of Web Locks: who asks and hears of nobody leads. After a crash that takes
 *  up to 6.6 s. For a moment two may lead; then the one with the greater number gives way. A leader needs no timer,
 *  since browsers slow those of hidden tabs, and not what comes in. */
export const byWord =
  (name: string): Elect =>
  (lead, life) => {
    if (life.aborted) return;
    const channel = new BroadcastChannel(name);
    const id = Math.random();
    let term: AbortController | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = (kind: Word['kind']) => channel.postMessage({ kind, id } satisfies Word);
    const after = (least_ms: number, then: () => void) => {
      clearTimeout(timer);
      timer = setTimeout(then, least_ms * (1 + Math.random()));
    };
    const claim = () => {
      term = new AbortController();
      say('here');
      lead(term.signal);
    };
    const ask = () => {
      say('who');
      after(ANSWER_MS, claim);
    };
    channel.onmessage = ({ data: word }: MessageEvent<Word>) => {
      const leads = term !== null;
      if (word.kind === 'who' && leads) say('here');
      if (word.kind === 'over' && !leads) ask();
      if (word.kind !== 'here') return;
      if (leads && id < word.id) return say('here');
      term?.abort();
      term = null;
      after(BELIEF_MS, ask);
    };
    life.addEventListener('abort', () => {
      clearTimeout(timer);
      if (term) say('over');
      term?.abort();
      channel.close();
    });
    ask();
  };
