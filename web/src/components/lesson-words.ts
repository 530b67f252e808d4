// What the live parts of the lessons say beside the words of the board, and what can be chosen there.

import type { Lang } from '../words.ts';

export const LESSON_INTERVALS_S: readonly number[] = [0.2, 0.5, 1, 2, 5, 10];
export const LESSON_HOLDS_S: readonly number[] = [0.5, 1, 5, 25];

const en = {
  away: 'The server does not answer: this is the last picture. It goes on by itself as soon as the server is back.',
  requestsHead: 'requests',
  counts: 'What was counted',
  talk: 'Say on the open connection',
  subscribe: (symbol: string) => `only ${symbol}`,
  conversation: 'The newest messages, both ways',
  connections: 'connections',
  sent: 'messages sent',
  came: 'messages received',
};

const zh: typeof en = {
  away: '服务器没有回答，这是最后一帧。服务器一回来，这里会自己继续。',
  requestsHead: '请求次数',
  counts: '统计',
  talk: '在这条连接上说一句',
  subscribe: (symbol) => `只要 ${symbol}`,
  conversation: '双方最近说的话',
  connections: '连接',
  sent: '发出的消息',
  came: '收到的消息',
};

export const texts: Record<Lang, typeof en> = { en, zh };
