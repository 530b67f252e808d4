// A recovery as figures among words: one column for when it was fresh again, one for what it lost, one for what it was
// given.

import { seconds, type Lang } from '../words.ts';
import { faultWords, type Fact } from './fault-words.ts';
import type { Recovery } from './recovery.ts';

const unknown = ([before, , after]: Fact): Fact => [before, '–', after];

/** Before it is fresh again a lane may still be given what it lacks: then nothing of that is a figure yet. */
export function factsOfRecovery({ fresh_ms, lost, replayed, twice }: Recovery, lang: Lang): Fact[][] {
  const say = faultWords[lang];
  if (fresh_ms === null) return [[say.notFresh], [unknown(say.lost(0))], [unknown(say.replayed(0))]];
  return [
    [say.fresh(seconds(fresh_ms / 1000))],
    [say.lost(lost)],
    [say.replayed(replayed), ...(twice > 0 ? [say.twice(twice)] : [])],
  ];
}
