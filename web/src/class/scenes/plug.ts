// Scene 3: the plug is pulled, once with and once without a number on what was heard last.

import { BOARD, MARKET } from './calm.ts';
import { count, time } from './figures.ts';
import { at, some } from './measured.ts';
import type { Row, Scene } from './types.ts';

const LOST: Row = {
  caption: { en: 'lost', zh: '丢了' },
  of: ({ now }, way) => count(now[way].lost),
};

export const plug: Scene = {
  id: 'plug',
  title: { en: 'Pull the plug, with and without ids', zh: '拔网线，有编号和没编号' },
  minutes: 2,
  market: MARKET,
  board: BOARD,
  steps: [
    {
      id: 'ask',
      kind: 'predict',
      text: {
        en: 'We pull the plug and put it back. Which way has then missed prices?',
        zh: '拔掉网线，再插回去。之后，哪一种漏了报价？',
      },
      notes: {
        en: 'Polling misses prices anyway. What counts here is what the other three do.',
        zh: '轮询本来就会漏。这一场要看的是另外三路。',
      },
    },
    {
      id: 'out',
      kind: 'watch',
      button: { en: 'Pull the plug', zh: '拔掉网线' },
      acts: ['unplug'],
      text: {
        en: 'The plug is out. The market goes on, and nobody hears of it.',
        zh: '网线拔了。行情继续走，可谁也收不到。',
      },
      notes: {
        en: 'Three to five seconds are enough: count them aloud. The longer it lasts, the longer everyone waits before the next attempt.',
        zh: '三到五秒就够，大声数。断得越久，每个客户端等下一次尝试的时间也越长。',
      },
    },
    {
      id: 'back',
      kind: 'watch',
      button: { en: 'Put it back', zh: '插回去' },
      text: {
        en: 'It is back. Who comes first, and what do they bring along?',
        zh: '插回来了。谁先回来？带回了什么？',
      },
      notes: {
        en: 'Look for the burst of arrows: that is the replay. Go on as soon as every lane is fresh.',
        zh: '请看那一束挤在一起的箭头：那就是补发。四路都恢复了就往下走。',
      },
    },
    {
      id: 'with-ids',
      kind: 'happened',
      button: { en: 'What happened', zh: '发生了什么' },
      said: {
        en: ({ now }) =>
          `Lost prices: ${count(now.sse.lost)} on SSE, ${count(now.ws.lost)} on WebSocket, ${count(now.poll.lost)} on Ajax polling. SSE was given ${count(now.sse.replayed)} again, and was fresh after ${time(now.sse.fresh_ms, 'en')}.`,
        zh: ({ now }) =>
          `丢了的报价：SSE ${count(now.sse.lost)} 笔，WebSocket ${count(now.ws.lost)} 笔，Ajax 轮询 ${count(now.poll.lost)} 笔。SSE 补发了 ${count(now.sse.replayed)} 笔，${time(now.sse.fresh_ms, 'zh')}后恢复。`,
      },
      row: LOST,
      right: ({ now }) => some((way) => now[way].lost),
      notes: {
        en: 'Whoever came back said what came last: `Last-Event-ID` on SSE, `after=` on the other two. The server gave what followed.',
        zh: '回来的人都说了上次收到哪里：SSE 用 `Last-Event-ID`，另外两路用 `after=`。服务器就把后面的补上。',
      },
    },
    {
      id: 'forget',
      kind: 'watch',
      button: { en: 'Take the ids away', zh: '去掉编号' },
      board: { forget: true },
      text: {
        en: 'The same clients without ids: whoever comes back cannot say what came last.',
        zh: '还是这些客户端，但没有编号：回来的人说不出上次收到哪里。',
      },
      notes: {
        en: 'This is what a server does whose events have no `id:`, as in the tutorial’s samples. Let it run for a few seconds before the plug is pulled again.',
        zh: '服务器发的事件如果没有 `id:`，就是这样，教程的示例也如此。先让它跑几秒，再拔线。',
      },
    },
    {
      id: 'out-again',
      kind: 'watch',
      button: { en: 'Pull the plug again', zh: '再拔一次' },
      board: { forget: true },
      acts: ['unplug'],
      text: { en: 'The plug is out again. What will come back this time?', zh: '又拔了。这次能找回什么？' },
      notes: { en: 'As long as the first time, so that it is fair.', zh: '和第一次一样久，这样才公平。' },
    },
    {
      id: 'back-again',
      kind: 'watch',
      button: { en: 'Put it back', zh: '插回去' },
      board: { forget: true },
      text: {
        en: 'Everyone is back, and begins with the newest price. Look for the rings.',
        zh: '大家都回来了，从最新价开始。请找空心圈。',
      },
      notes: {
        en: 'The connection looks as healthy as before. Nobody reports an error: that is what makes this loss so common.',
        zh: '连接看起来和以前一样健康，谁也没有报错：所以这种丢失才这么常见。',
      },
    },
    {
      id: 'without-ids',
      kind: 'happened',
      button: { en: 'What happened', zh: '发生了什么' },
      board: { forget: true },
      said: {
        en: (outcome) =>
          `Without ids SSE lost ${count(outcome.now.sse.lost)} prices and WebSocket ${count(outcome.now.ws.lost)}. With ids it had been ${count(at(outcome, 'with-ids', 'sse').lost)} and ${count(at(outcome, 'with-ids', 'ws').lost)}.`,
        zh: (outcome) =>
          `没有编号，SSE 丢了 ${count(outcome.now.sse.lost)} 笔，WebSocket 丢了 ${count(outcome.now.ws.lost)} 笔；有编号时是 ${count(at(outcome, 'with-ids', 'sse').lost)} 笔和 ${count(at(outcome, 'with-ids', 'ws').lost)} 笔。`,
      },
      row: LOST,
      notes: {
        en: 'Ask who of them could even have known that something was missing.',
        zh: '问一问：他们当中，谁能知道自己少了东西？',
      },
    },
    {
      id: 'remember',
      kind: 'remember',
      button: { en: 'Remember', zh: '请记住' },
      text: {
        en: 'Connections break. With a number on every event, what is lost is time and nothing else.',
        zh: '连接总会断。每个事件都有编号，丢的就只是时间。',
      },
      notes: {
        en: 'With SSE the browser remembers the id by itself; with WebSocket the page has to. Both need a server that keeps what was sent.',
        zh: 'SSE 由浏览器自己记住编号，WebSocket 要由页面自己记。两者都需要服务器留着发过的东西。',
      },
    },
  ],
};
