// Scene 6: servers that die, and servers that are replaced.

import type { Lang } from '../../words.ts';
import { BOARD, MARKET } from './calm.ts';
import { count, time, ways } from './figures.ts';
import { least, most, type Outcome } from './measured.ts';
import type { Row, Scene } from './types.ts';

const row: Row = {
  caption: { en: 'fresh again after the server was back', zh: '服务器回来后多久恢复' },
  of: ({ now }, way, lang) => time(now[way].fresh_ms, lang),
};
const first = ({ now }: Outcome) => least((way) => now[way].fresh_ms);
const last = ({ now }: Outcome) => most((way) => now[way].fresh_ms);
/** A way with its time. */
const timed = (outcome: Outcome, which: typeof first, lang: Lang) => {
  const some = which(outcome);
  return [ways(some, lang), time(some?.[0] ? outcome.now[some[0]].fresh_ms : null, lang)] as const;
};

export const killDeploy: Scene = {
  id: 'kill-deploy',
  title: { en: 'Kill and deploy', zh: '杀进程与部署' },
  minutes: 2,
  market: MARKET,
  board: { ...BOARD, interval_s: 1 },
  steps: [
    {
      id: 'ask',
      kind: 'predict',
      text: {
        en: 'All four servers are killed, and start again after two seconds. Which way is fresh again last?',
        zh: '四个服务器全部被杀掉，两秒后重新启动。哪一种最后恢复？',
      },
      notes: {
        en: 'Nobody can know for certain: everyone waits a random time. Let the class bet anyway, and ask for reasons.',
        zh: '谁也说不准：每个客户端都随机等一段时间。还是请大家猜，再问理由。',
      },
    },
    {
      id: 'killed',
      kind: 'watch',
      button: { en: 'Kill all four', zh: '杀掉四个进程' },
      acts: ['kill'],
      text: {
        en: 'Nobody could say goodbye. Each client notices by itself, and comes back by itself.',
        zh: '谁也来不及告别。每个客户端都要自己发现，自己回来。',
      },
      notes: {
        en: 'This is `kill -9`: four real processes are gone. Until they listen again, whoever connects is refused. Go on as soon as every lane is fresh.',
        zh: '这是 `kill -9`：四个真实的进程没了。它们重新监听之前，谁来连都会被拒绝。四路都恢复了就往下走。',
      },
    },
    {
      id: 'after-kill',
      kind: 'happened',
      button: { en: 'What happened', zh: '发生了什么' },
      said: {
        en: (outcome) => {
          const [one, early] = timed(outcome, first, 'en');
          const [other, late] = timed(outcome, last, 'en');
          return `First fresh again: ${one}, after ${early}. Last: ${other}, after ${late}. SSE lost ${count(outcome.now.sse.lost)} prices.`;
        },
        zh: (outcome) => {
          const [one, early] = timed(outcome, first, 'zh');
          const [other, late] = timed(outcome, last, 'zh');
          return `最先恢复：${one}，用了 ${early}。最后恢复：${other}，用了 ${late}。SSE 丢了 ${count(outcome.now.sse.lost)} 笔报价。`;
        },
      },
      row,
      right: last,
      notes: {
        en: 'The server forgot everything and lost nothing: the market is a function, and so are its numbers. Whoever says where they were goes on there.',
        zh: '服务器什么都忘了，却什么也没丢：行情是算出来的，编号也是。谁说得出读到哪里，就从那里继续。',
      },
    },
    {
      id: 'deployed',
      kind: 'watch',
      button: { en: 'Now a deploy', zh: '换成部署' },
      acts: ['deploy'],
      text: {
        en: 'The same change, announced: the old server ends what is open in good order, then the new one starts.',
        zh: '同样是换，这次先打招呼：旧的先把开着的连接好好收尾，新的再启动。',
      },
      notes: {
        en: 'SSE: the answer ends. Long polling: 204, ask again. WebSocket: a close frame with 1001, going away. Go on as soon as every lane is fresh.',
        zh: 'SSE：回答结束。长轮询：204，请再问。WebSocket：一个 1001 的关闭帧，“要走了”。四路都恢复了就往下走。',
      },
    },
    {
      id: 'after-deploy',
      kind: 'happened',
      button: { en: 'What happened', zh: '发生了什么' },
      said: {
        en: (outcome) => {
          const [one, early] = timed(outcome, first, 'en');
          const [other, late] = timed(outcome, last, 'en');
          return `With a goodbye, fresh first: ${one}, after ${early}. Last: ${other}, after ${late}. SSE lost ${count(outcome.now.sse.lost)} prices.`;
        },
        zh: (outcome) => {
          const [one, early] = timed(outcome, first, 'zh');
          const [other, late] = timed(outcome, last, 'zh');
          return `打了招呼，最先恢复：${one}，用了 ${early}。最后恢复：${other}，用了 ${late}。SSE 丢了 ${count(outcome.now.sse.lost)} 笔报价。`;
        },
      },
      row,
      notes: {
        en: 'Each lane waits for its own new server here. Who deploys without a pause starts the new one first.',
        zh: '这里每一路都要等自己的新服务器。想部署时不停顿，就先启动新的，再关旧的。',
      },
    },
    {
      id: 'remember',
      kind: 'remember',
      button: { en: 'Remember', zh: '请记住' },
      text: {
        en: 'Servers come and go. What counts is a client that returns by itself and knows where it was.',
        zh: '服务器总会来来去去。要紧的是客户端自己会回来，还记得读到哪里。',
      },
      notes: {
        en: 'EventSource returns by itself after a cut, but gives up for good at an error status. Press refuse 503 to show it.',
        zh: 'EventSource 断线会自己回来，遇到错误状态码却彻底放弃。用“拒绝 503”就能看到。',
      },
    },
  ],
};
