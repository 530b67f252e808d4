// The demos of a class, in their order. What is asked of the class is known here too, for the phones.

import type { Lang } from '../../words.ts';
import type { ClassState } from '../state.ts';
import { buffering } from './buffering.ts';
import { faster } from './faster.ts';
import { fourWays } from './four-ways.ts';
import { killDeploy } from './kill-deploy.ts';
import { plug } from './plug.ts';
import { sameUpdate } from './same-update.ts';
import { slowReader } from './slow-reader.ts';
import { thousand } from './thousand.ts';
import type { Scene } from './types.ts';

export const SCENES: readonly Scene[] = [
  fourWays,
  faster,
  plug,
  buffering,
  slowReader,
  killDeploy,
  thousand,
  sameUpdate,
];

/** What there is to bet on, also after the bets are closed; null outside of a demo. */
export function questionOf({ scene }: Pick<ClassState, 'scene'>, lang: Lang): string | null {
  return SCENES.find(({ id }) => id === scene?.id)?.steps[0].text[lang] ?? null;
}
