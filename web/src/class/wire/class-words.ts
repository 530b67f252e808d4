// The classes of the bytes, in words: the same in the lessons and in the inspector.

import type { Lang } from '../../words.ts';
import type { WireClass } from './classes.ts';

export const classWords: Record<Lang, Record<WireClass, string>> = {
  en: {
    payload: 'the event',
    start: 'start line',
    header: 'header',
    frame: 'framing',
    cursor: 'cursor',
    event: 'envelope',
    control: 'control',
  },
  zh: {
    payload: '事件本身',
    start: '起始行',
    header: '报头',
    frame: '分帧',
    cursor: '游标',
    event: '信封',
    control: '控制',
  },
};
