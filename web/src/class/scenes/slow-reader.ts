// Scene 5: readers that take less than there is.

import { BOARD, CALM } from './calm.ts';
import { size, time } from './figures.ts';
import { at, least } from './measured.ts';
import type { Scene } from './types.ts';

/** Less than a hundred prices a second need on any of the ways that send them all. */
const SLOW = { ...CALM, slow_reader_bits: 24_000 };

export const slowReader: Scene = {
  id: 'slow-reader',
  title: { en: 'A slow reader', zh: '慢读者' },
  minutes: 2,
  market: { rate: 100, symbols: 1 },
  board: { ...BOARD, interval_s: 1 },
  steps: [
    {
      id: 'ask',
      kind: 'predict',
      text: {
        en: 'A hundred prices a second, and readers that take 24 kbit/s. Which way is the freshest in half a minute?',
        zh: '每秒 100 笔报价，读者每秒只读 24 kbit。半分钟以后，哪一种最新？',
      },
      notes: {
        en: 'Let the class read the bytes per update off the board, and work out how many prices fit into 24 kbit.',
        zh: '请大家从看板上读出每笔更新的字节，再算一算 24 kbit 装得下几笔。',
      },
    },
    {
      id: 'slow',
      kind: 'watch',
      button: { en: 'Slow the readers down', zh: '让他们读得慢' },
      weather: SLOW,
      text: {
        en: 'Do not look at the price, look at how old it is. Who falls behind, and who leaves something out?',
        zh: '别看价格，看它有多旧。谁落在后面？谁跳过了一些？',
      },
      notes: {
        en: 'Give it half a minute. At first the buffers of the kernel fill, and nothing seems to happen.',
        zh: '给它半分钟。一开始是内核的缓冲在装，看起来什么也没发生。',
      },
    },
    {
      id: 'outcome',
      kind: 'happened',
      measures_s: 30,
      button: { en: 'What happened', zh: '发生了什么' },
      weather: SLOW,
      said: {
        en: (outcome) =>
          `Ajax polling was ${time(outcome.now.poll.age_ms, 'en')} old on average, SSE ${time(outcome.now.sse.age_ms, 'en')}. The SSE server’s memory was ${size(at(outcome, 'ask', 'sse').rss_bytes)}, and is ${size(outcome.now.sse.rss_bytes)} now.`,
        zh: (outcome) =>
          `Ajax 轮询的价格平均旧了 ${time(outcome.now.poll.age_ms, 'zh')}，SSE 旧了 ${time(outcome.now.sse.age_ms, 'zh')}。SSE 服务器的内存，之前 ${size(at(outcome, 'ask', 'sse').rss_bytes)}，现在 ${size(outcome.now.sse.rss_bytes)}。`,
      },
      row: {
        caption: { en: 'mean age', zh: '平均多旧' },
        of: ({ now }, way, lang) => time(now[way].age_ms, lang),
      },
      right: ({ now }) => least((way) => now[way].age_ms),
      notes: {
        en: 'Our server has no queue for a reader: whoever is slow stands further back in the log. A server that ignores the result of `res.write` would fill its memory now.',
        zh: '我们的服务器不给读者设队列：读得慢，就在日志里站得靠后。不理会 `res.write` 返回值的服务器，这时内存会一直涨。',
      },
    },
    {
      id: 'wide',
      kind: 'watch',
      button: { en: 'Let them read again', zh: '恢复读取速度' },
      text: {
        en: 'They read as fast as they like again. Who catches up, and how?',
        zh: '又可以随便读了。谁追上来？怎么追？',
      },
      notes: {
        en: 'What was kept comes in one burst. Whoever fell out of the window is told a gap and gets the newest price.',
        zh: '留着的会一下子涌来。落到窗口外面的，会收到缺口通知，再拿最新价。',
      },
    },
    {
      id: 'remember',
      kind: 'remember',
      button: { en: 'Remember', zh: '请记住' },
      text: {
        en: 'Whoever reads slowly and wants everything grows old. Whoever wants to be fresh must skip.',
        zh: '读得慢，又一笔都不肯少，就越来越旧；想要最新，就得跳过。',
      },
      notes: {
        en: 'The other ways can skip too, with `?conflate=1`. It must be a choice, and be said: never silent.',
        zh: '另外几路也能跳，用 `?conflate=1`。但要自己选，也要说清楚，不能悄悄地跳。',
      },
    },
  ],
};
