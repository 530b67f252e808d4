// Scene 2: polling asks faster and faster, and what that buys.

import { BOARD, MARKET } from './calm.ts';
import { percent, size, time, times } from './figures.ts';
import { at, most } from './measured.ts';
import type { Scene } from './types.ts';

export const faster: Scene = {
  id: 'faster',
  title: { en: 'Polling, faster and faster', zh: '轮询，越问越勤' },
  minutes: 2,
  market: MARKET,
  board: { ...BOARD, interval_s: 5 },
  steps: [
    {
      id: 'ask',
      kind: 'predict',
      measures_s: 12,
      text: {
        en: 'We let polling ask faster, down to every 0.2 s. Which way then needs the most bytes for a price?',
        zh: '让轮询越问越勤，直到每 0.2 秒问一次。到那时，哪一种每笔报价用的字节最多？',
      },
      notes: {
        en: 'Polling asks every 5 s now. Let the class read its age and its rings aloud, so that there is something to compare with.',
        zh: '现在轮询每 5 秒问一次。请大家念出它有多旧、有多少空心圈，后面好比较。',
      },
    },
    {
      id: 'two',
      kind: 'watch',
      button: { en: 'Ask every 2 s', zh: '每 2 秒问一次' },
      board: { interval_s: 2 },
      text: {
        en: 'Now every 2 s. Look at the age, and at the rings.',
        zh: '现在每 2 秒一次。看它有多旧，再看空心圈。',
      },
      notes: {
        en: 'All lanes count anew, so that they stay comparable. Wait until the age has settled.',
        zh: '四路都重新计数，这样才好比较。等“平均多旧”稳下来。',
      },
    },
    {
      id: 'half',
      kind: 'watch',
      button: { en: 'Ask every 0.5 s', zh: '每 0.5 秒问一次' },
      board: { interval_s: 0.5 },
      text: {
        en: 'Every 0.5 s, as often as there is a price. Are there rings left?',
        zh: '每 0.5 秒一次，和报价一样勤。空心圈还有吗？',
      },
      notes: {
        en: 'As often is not in step: the pause begins when the answer has come, and the journey comes on top.',
        zh: '一样勤，不等于合拍：要等回答到了才开始数间隔，路上的时间是另加的。',
      },
    },
    {
      id: 'fifth',
      kind: 'watch',
      button: { en: 'Ask every 0.2 s', zh: '每 0.2 秒问一次' },
      board: { interval_s: 0.2 },
      text: {
        en: 'Every 0.2 s. Look at the requests, and at the bytes per update.',
        zh: '每 0.2 秒一次。看请求次数，再看每笔更新的字节。',
      },
      notes: {
        en: 'Most answers are 304 now: nothing new. They cost a request head and an answer head all the same.',
        zh: '现在多数回答是 304：没有新的。可请求头和响应头照样要发。',
      },
    },
    {
      id: 'outcome',
      kind: 'happened',
      measures_s: 8,
      button: { en: 'What happened', zh: '发生了什么' },
      board: { interval_s: 0.2 },
      said: {
        en: (outcome) => {
          const [slow, quick] = [at(outcome, 'ask', 'poll'), outcome.now.poll];
          return `Every 5 s, polling missed ${percent(slow.missed_share)} and was ${time(slow.age_ms, 'en')} old; every 0.2 s, ${percent(quick.missed_share)} and ${time(quick.age_ms, 'en')}, with ${times(quick.requests_per_update)} requests for each price.`;
        },
        zh: (outcome) => {
          const [slow, quick] = [at(outcome, 'ask', 'poll'), outcome.now.poll];
          return `每 5 秒问一次，轮询漏了 ${percent(slow.missed_share)}，平均旧了 ${time(slow.age_ms, 'zh')}；每 0.2 秒问一次，漏了 ${percent(quick.missed_share)}，平均旧了 ${time(quick.age_ms, 'zh')}，每笔报价要 ${times(quick.requests_per_update)} 次请求。`;
        },
      },
      row: {
        caption: { en: 'bytes per update', zh: '每笔更新的字节' },
        of: ({ now }, way) => size(now[way].bytes_per_update),
      },
      right: ({ now }) => most((way) => now[way].bytes_per_update),
      notes: {
        en: 'Ask what happens with a thousand readers, and what happens when the market sleeps at night.',
        zh: '问一问：有一千个读者会怎样？夜里休市，没有报价，又会怎样？',
      },
    },
    {
      id: 'remember',
      kind: 'remember',
      button: { en: 'Remember', zh: '请记住' },
      board: { interval_s: 0.2 },
      text: {
        en: 'Asking faster buys freshness, and pays for every question, whether there is news or not.',
        zh: '问得越勤，价格越新；可每问一次都有代价，不管有没有新消息。',
      },
      notes: {
        en: 'Where one price a minute is enough, asking once a minute is a good answer.',
        zh: '如果一分钟一个价就够了，那么一分钟问一次就是好办法。',
      },
    },
  ],
};
