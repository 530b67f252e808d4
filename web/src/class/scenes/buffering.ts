// Scene 4: a proxy on the road that buffers.

import { BOARD, CALM } from './calm.ts';
import { time } from './figures.ts';
import { at, most } from './measured.ts';
import type { Scene } from './types.ts';

const LUMPS = { ...CALM, lumps: true };

export const buffering: Scene = {
  id: 'buffering',
  title: { en: 'The buffering proxy', zh: '会缓冲的代理' },
  minutes: 2,
  market: { rate: 10, symbols: 1 },
  board: { ...BOARD, interval_s: 1 },
  steps: [
    {
      id: 'ask',
      kind: 'predict',
      measures_s: 6,
      text: {
        en: 'A proxy that buffers comes into every road. On which way does the price grow old?',
        zh: '每条路上都插进一个会缓冲的代理。哪一种的价格会变旧？',
      },
      notes: {
        en: 'A company’s proxy, a load balancer, an nginx: many pages reach their readers through one.',
        zh: '公司的代理、负载均衡、nginx：很多网页要经过它们才到读者手里。',
      },
    },
    {
      id: 'lumps',
      kind: 'watch',
      button: { en: 'Put the proxy in', zh: '插入代理' },
      weather: LUMPS,
      text: {
        en: 'It holds every answer of unknown length until it has 4,096 bytes. Look at the arrows.',
        zh: '凡是没写长度的回答，它都先攒够 4,096 个字节。请看箭头。',
      },
      notes: {
        en: 'Wait for two lumps. The answers of polling say how long they are and pass whole; WebSocket is no answer any more and passes as it comes.',
        zh: '等它放两次。轮询的回答写了长度，整个放行；WebSocket 已经不是回答，来多少放多少。',
      },
    },
    {
      id: 'outcome',
      kind: 'happened',
      measures_s: 12,
      button: { en: 'What happened', zh: '发生了什么' },
      weather: LUMPS,
      said: {
        en: (outcome) =>
          `Behind the proxy the price of SSE was ${time(outcome.now.sse.age_ms, 'en')} old on average, without it ${time(at(outcome, 'ask', 'sse').age_ms, 'en')}. On WebSocket it was ${time(outcome.now.ws.age_ms, 'en')}.`,
        zh: (outcome) =>
          `有了代理，SSE 的价格平均旧了 ${time(outcome.now.sse.age_ms, 'zh')}；没有代理时是 ${time(at(outcome, 'ask', 'sse').age_ms, 'zh')}。WebSocket 是 ${time(outcome.now.ws.age_ms, 'zh')}。`,
      },
      row: {
        caption: { en: 'mean age', zh: '平均多旧' },
        of: ({ now }, way, lang) => time(now[way].age_ms, lang),
      },
      right: ({ now }) => most((way) => now[way].age_ms),
      notes: {
        en: 'nginx buffers by default, but heeds `X-Accel-Buffering: no`, which our server sends. This proxy has been told not to heed it (`proxy_ignore_headers`). The cure is `proxy_buffering off`.',
        zh: 'nginx 默认缓冲，但会听 `X-Accel-Buffering: no`，我们的服务器就发了它。这个代理被设成不听（`proxy_ignore_headers`）。解法是 `proxy_buffering off`。',
      },
    },
    {
      id: 'remember',
      kind: 'remember',
      button: { en: 'Remember', zh: '请记住' },
      text: {
        en: 'A stream is only as fresh as the most patient box on its road.',
        zh: '一条流有多新，要看路上谁攒得最久。',
      },
      notes: {
        en: 'Nothing was lost and no error was reported. Whoever tests without a proxy never sees this.',
        zh: '什么也没丢，什么错也没报。测试时没有代理，就永远看不到。',
      },
    },
  ],
};
