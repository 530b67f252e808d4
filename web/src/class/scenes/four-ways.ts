// Scene 1: the same price on four lanes, and who misses some of it.

import { BOARD, MARKET } from './calm.ts';
import { percent, time } from './figures.ts';
import { some } from './measured.ts';
import type { Scene } from './types.ts';

export const fourWays: Scene = {
  id: 'four-ways',
  title: { en: 'Four ways side by side', zh: '四种方式，并排看' },
  minutes: 2,
  market: MARKET,
  board: BOARD,
  steps: [
    {
      id: 'ask',
      kind: 'predict',
      text: { en: 'Two prices a second. Which way misses some of them?', zh: '每秒 2 笔报价，哪一种会漏看？' },
      notes: {
        en: 'First explain the picture: the upper line is the server, the lower one the client, an arrow is one journey. Explain nothing else before everybody has bet.',
        zh: '先讲图：上线是服务器，下线是客户端，一支箭头就是一趟路。大家都猜了，再讲别的。',
      },
    },
    {
      id: 'rings',
      kind: 'watch',
      button: { en: 'Close bets', zh: '停止竞猜' },
      text: {
        en: 'Count the rings on the upper line: each is a price that this way never heard of.',
        zh: '数一数上线的空心圈：每一个都是这一路从没收到的报价。',
      },
      notes: {
        en: 'Stop the picture with Space and count together. Two prices a second, a poll every two seconds: of about four prices one is fetched.',
        zh: '按空格停住画面，一起数。每秒两笔，两秒问一次：大约四笔里取走一笔。',
      },
    },
    {
      id: 'outcome',
      kind: 'happened',
      measures_s: 10,
      button: { en: 'What happened', zh: '发生了什么' },
      said: {
        en: ({ now }) =>
          `Ajax polling never saw ${percent(now.poll.missed_share)} of the prices. Its price was ${time(now.poll.age_ms, 'en')} old on average, that of SSE ${time(now.sse.age_ms, 'en')}.`,
        zh: ({ now }) =>
          `Ajax 轮询有 ${percent(now.poll.missed_share)} 的报价从未看到；它的价格平均旧了 ${time(now.poll.age_ms, 'zh')}，SSE 是 ${time(now.sse.age_ms, 'zh')}。`,
      },
      row: { caption: { en: 'never seen', zh: '从未看到' }, of: ({ now }, way) => percent(now[way].missed_share) },
      right: ({ now }) => some((way) => now[way].missed_share),
      notes: {
        en: 'Even the ways that are told have an age: the grey part of the bar is the quiet of the market itself, the rest is the journey.',
        zh: '等着被告知的几路，价格也不是零秒：条形里灰色的一段是行情本身的安静，其余是路上的时间。',
      },
    },
    {
      id: 'remember',
      kind: 'remember',
      button: { en: 'Remember', zh: '请记住' },
      text: {
        en: 'Who asks learns what is true at that moment. Who is told learns what happened in between.',
        zh: '去问，只知道那一刻；等人告诉，中间发生的也知道。',
      },
      notes: {
        en: 'This polling is the tutorial’s: it fetches the newest price only. A poll with a cursor loses nothing, it only learns it late.',
        zh: '这里的轮询和教程一样，只取最新价。带游标的轮询一笔不漏，只是知道得晚。',
      },
    },
  ],
};
