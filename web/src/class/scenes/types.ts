// What a scene is: a demo of two minutes, as data. Each step says how the class is to be set up while it stands, all of
// it, so that any step can be entered from any other. What is said of the outcome is made of figures of the board.

import type { WayName } from '../../types.ts';
import type { Lang } from '../../words.ts';
import type { Weather } from '../state.ts';
import type { Outcome } from './measured.ts';

export type Text = Readonly<Record<Lang, string>>;
/** A sentence with figures in it; one that is missing is `–`. */
type Sentence = Readonly<Record<Lang, (outcome: Outcome) => string>>;

/** What every board sets by itself. */
export interface BoardWish {
  /** Polling: from one answer to the next request. */
  interval_s: number;
  /** Long polling: how long an answer may be held. */
  hold_s: number;
  /** How much of the past is in view. */
  window_s: number;
  /** Whoever lost the connection comes back as one who has never been here: no id, no cursor. */
  forget: boolean;
}

/** Further subscribers of each lane. */
export interface Crowd {
  count: number;
  jitter: boolean;
}

/** What a step does once, to all lanes, when it is entered forwards. What is unplugged is put back by the next step; what
 *  is cut may come back at once. */
export type Act = 'unplug' | 'cut' | 'kill' | 'deploy';

/** One figure for each lane, in a row. */
export interface Row {
  caption: Text;
  of: (outcome: Outcome, way: WayName, lang: Lang) => string;
}

interface Common {
  /** Under which what was measured at its end is kept. */
  id: string;
  /** The weather on all roads; absent is `CALM`. */
  weather?: Partial<Weather>;
  /** Absent is nobody. */
  crowd?: Crowd;
  /** What differs from the scene's own wish. */
  board?: Partial<BoardWish>;
  /** How long all must have been as it is here before its figures mean something; absent: as soon as there are any. */
  measures_s?: number;
  /** What the presenter is told. */
  notes: Text;
}

/** What the class is asked before it happens; always the first step, and the only one while which bets are taken. */
export interface Predict extends Common {
  kind: 'predict';
  text: Text;
  /** Nobody sees the counts before the bets are closed. */
  hidden?: true;
}

interface Later extends Common {
  /** What stands on the presenter's button that leads here. */
  button: Text;
}

/** Something is done, and there is something to look at. */
export interface Watch extends Later {
  kind: 'watch';
  text: Text;
  acts?: readonly Act[];
  /** A page that shows more of it. */
  link?: 'wire';
}

/** What the board has measured. */
export interface Happened extends Later {
  kind: 'happened';
  said: Sentence;
  row: Row;
  /** The ways that were right to bet on, by what was measured; null while that is not known. */
  right?: (outcome: Outcome) => WayName[] | null;
}

/** The one sentence to remember; always the last step. */
export interface Lesson extends Later {
  kind: 'remember';
  text: Text;
}

export type Step = Predict | Watch | Happened | Lesson;

export interface Scene {
  /** Small letters, digits and hyphens: the class knows it by this. */
  id: string;
  title: Text;
  minutes: number;
  /** Prices a second in all, and how many symbols. */
  market: { rate: number; symbols: number };
  board: BoardWish;
  steps: readonly [Predict, ...(Watch | Happened)[], Lesson];
}
