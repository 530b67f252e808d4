// Scene 8: the same price four ways, byte by byte.

import { BOARD } from './calm.ts';
import { NONE, size, times, ways } from './figures.ts';
import { least, most, type Outcome } from './measured.ts';
import type { Scene } from './types.ts';

const heaviest = ({ now }: Outcome) => most((way) => now[way].bytes_per_update);
const lightest = ({ now }: Outcome) => least((way) => now[way].bytes_per_update);

/** The two ends: who, how much, and how many times as much. */
function ends(outcome: Outcome) {
  const bytes = (some: ReturnType<typeof heaviest>) => (some?.[0] ? outcome.now[some[0]].bytes_per_update : null);
  const [heavy, light] = [bytes(heaviest(outcome)), bytes(lightest(outcome))];
  return { heavy: size(heavy), light: size(light), ratio: heavy && light ? times(heavy / light) : NONE };
}

export const sameUpdate: Scene = {
  id: 'same-update',
  title: { en: 'The same update four ways', zh: '同一笔更新，四种送法' },
  minutes: 2,
  market: { rate: 1, symbols: 1 },
  board: { ...BOARD, interval_s: 1 },
  steps: [
    {
      id: 'ask',
      kind: 'predict',
      hidden: true,
      text: {
        en: 'The same price on every lane, byte for byte. Which way wraps the most bytes around it?',
        zh: '同一笔报价，四路一个字节都不差。哪一种在它外面包得最多？',
      },
      notes: {
        en: 'One price a second, and polling asks about as often, so that this is about wrapping and not about questions in vain.',
        zh: '每秒一笔，轮询也差不多每秒问一次：这样比的是包装，不是白问。',
      },
    },
    {
      id: 'bytes',
      kind: 'watch',
      button: { en: 'Close bets', zh: '停止竞猜' },
      link: 'wire',
      text: {
        en: 'Byte by byte: what is the price, and what is wrapped around it?',
        zh: '一个字节一个字节地看：哪些是报价，哪些是包装？',
      },
      notes: {
        en: 'The link opens the inspector in a tab of its own; this board rests meanwhile. Find the request line, the chunk size, `id:`, and the frame head of two bytes.',
        zh: '链接会在另一个标签页打开“线上的字节”，这块看板就先歇着。找一找：请求行、分块大小、`id:`，还有两个字节的帧头。',
      },
    },
    {
      id: 'outcome',
      kind: 'happened',
      measures_s: 10,
      button: { en: 'What happened', zh: '发生了什么' },
      said: {
        en: (outcome) => {
          const { heavy, light, ratio } = ends(outcome);
          return `A price took ${heavy} on ${ways(heaviest(outcome), 'en')} and ${light} on ${ways(lightest(outcome), 'en')}: ${ratio} times as much for the same news.`;
        },
        zh: (outcome) => {
          const { heavy, light, ratio } = ends(outcome);
          return `一笔报价，${ways(heaviest(outcome), 'zh')} 用了 ${heavy}，${ways(lightest(outcome), 'zh')} 用了 ${light}：同样的消息，${ratio} 倍的字节。`;
        },
      },
      row: {
        caption: { en: 'bytes per update', zh: '每笔更新的字节' },
        of: ({ now }, way) => size(now[way].bytes_per_update),
      },
      right: heaviest,
      notes: {
        en: 'All bytes in both directions are in it, heads and frames too; what TCP and IP add is not.',
        zh: '两个方向的全部字节都算，报头和帧也算；TCP 和 IP 另加的不算。',
      },
    },
    {
      id: 'remember',
      kind: 'remember',
      button: { en: 'Remember', zh: '请记住' },
      text: {
        en: 'The price weighs the same everywhere. What costs is the wrapping, and how often it is sent.',
        zh: '报价到处一样重。代价在于包装，还有它要重复多少遍。',
      },
      notes: {
        en: 'At one price a minute nobody would notice the wrapping. Cost is always cost per update.',
        zh: '如果一分钟才一笔，谁也不会在意包装。成本总是每笔更新的成本。',
      },
    },
  ],
};
