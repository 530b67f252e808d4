// What the board and the lanes say, in English and in Chinese. Both say the same; SSE, WebSocket and the like are not
// translated. Numbers are written the same way in both.

import { three } from './digits.ts';
import type { State, WayName } from './types.ts';

export type Lang = 'en' | 'zh';

/** A number and its unit, never parted by a line break. */
export const unit = (number: string | number, of: string) => `${number}\u202f${of}`;
export const plain = (number: number) => number.toLocaleString('en-US', { maximumFractionDigits: 3 });
export const two = (number: number) => number.toFixed(2);
export const whole = (number: number) => number.toLocaleString('en-US');
export const seconds = (s: number) => (s < 10 ? s.toFixed(2) : s < 100 ? s.toFixed(1) : whole(Math.round(s)));

/** Three significant digits, and the unit; of bytes there are only whole ones. */
export function bytes(number: number): [string, string] {
  const step = number < 999.5 ? 0 : number < 999_500 ? 1 : 2;
  const scaled = number / 1000 ** step;
  return [three(scaled, step === 0 ? 0 : undefined), ['B', 'kB', 'MB'][step]!];
}

const count = (n: number, one: string, many = `${one}s`) => (n === 1 ? one : many);

export const WAYS: readonly WayName[] = ['poll', 'long-poll', 'ws', 'sse'];
export const GLYPHS: Record<WayName, string> = { poll: '●', 'long-poll': '■', ws: '◆', sse: '▼' };

interface LaneWords {
  title: string;
  name: string;
  how: (interval_s: number, hold_s: number) => string;
  /** Its own word for what comes in. */
  told: (n: number) => string;
}

const en = {
  lanes: {
    poll: {
      title: 'I keep asking you',
      name: 'Ajax polling',
      how: (s) => `every ${unit(plain(s), 's')}`,
      told: (n) => count(n, 'answer'),
    },
    'long-poll': {
      title: 'I wait until you tell me',
      name: 'Long polling',
      how: (_, s) => `hold ${unit(plain(s), 's')}`,
      told: (n) => count(n, 'answer'),
    },
    ws: { title: 'We talk to each other', name: 'WebSocket', how: () => 'messages', told: (n) => count(n, 'message') },
    sse: { title: 'You tell me', name: 'SSE', how: () => 'one endless answer', told: (n) => count(n, 'event') },
  } as Record<WayName, LaneWords>,
  state: (state: State, wait_s: number): string => {
    if (state.name === 'again') return `reconnecting in ${unit(wait_s, 's')}`;
    return {
      connecting: 'connecting',
      live: 'live',
      browser: 'the browser is reconnecting',
      paused: 'paused while this tab was hidden',
      ended: 'the topic has ended',
    }[state.name];
  },
  board: 'One price, four ways',
  feed: (rate: number, symbols: number, symbol: string) =>
    `${plain(rate)} ${count(rate, 'price')} a second over ${symbols} ${count(symbols, 'symbol')}: one of ${symbol} every ${unit(plain(symbols / rate), 's')}`,
  clock: (ms: string) => `clock error ±${unit(ms, 'ms')}`,
  noServer: 'The server does not answer. The board goes on by itself as soon as it does.',
  atServer: (symbol: string) => `${symbol} now at server`,
  keyUpper: 'upper line server, lower line client',
  keyRing: 'never seen',
  keyWay: 'on its way',
  keyTruth: 'grey: the true price',
  age: (s: number) => `mean age, ${unit(s, 's')}`,
  missed: 'never seen',
  perUpdate: 'bytes per update',
  ageMeans:
    'How old the price on this lane was, averaged over every instant in view: now minus the instant the server published it. The grey part of the bar is the quiet of the market itself; a reader without any delay would have that age too.',
  ageUnder:
    'Requests are counted by the server. Answers, messages and events are counted in this page. Updates are prices that were new to this lane.',
  missedMeans:
    'Prices the server published and this lane never heard of, as a share of all since the counting began. They are holes in the numbering of this symbol, drawn as rings. “≥” stands where a restarted server made some of them uncountable.',
  missedUnder: 'Connections are all that this lane has opened so far; open is how many stand at this moment.',
  perUpdateMeans:
    'All bytes in both directions, divided by the updates they brought. Heads, chunks and frames count; what TCP and IP add does not.',
  perUpdateUnder: '↑ is sent to the server, ↓ comes from it. The server counts, on its own sockets. 1 kB is 1000 B.',
  requests: (n: number) => count(n, 'request'),
  updates: (n: number) => count(n, 'update'),
  ofPrices: (n: string) => `of ${n} prices`,
  connections: (n: number) => count(n, 'connection'),
  open: 'open',
  sockets: (n: number) => count(n, 'open socket'),
  cpu: 'CPU',
  memory: 'memory',
  up: 'to the server',
  down: 'from the server',
  s: 's',
  now: 'now',
  paused: 'paused',
  off: 'switched off',
  tickBefore: (s: number) => `−${unit(s, 's')}`,
  time: 'Time and table',
  pause: 'Pause',
  step: 'step',
  resume: 'Go on',
  space: 'Space',
  window: 'in view',
  market: 'Market and clients',
  symbol: 'symbol',
  interval: 'poll every',
  hold: 'hold',
  lanesOn: 'Lanes on and off',
  choose: 'Lane shown',
  counted: (s: number) => `counted for ${unit(whole(s), 's')}`,
  seconds: (s: number) => unit(plain(s), 's'),
  picture: (name: string) => `${name}: the conversation with the server, and the price it leads to`,
  pictureShape: (name: string) => `${name}: the conversation with the server`,
  spoken: (name: string, price: string, s: string) => `${name}, ${price}, ${s} seconds old.`,
  unheard: (name: string) => `${name}: no price yet.`,
};

export type Words = typeof en;

const zh: Words = {
  lanes: {
    poll: {
      title: '我反复问你',
      name: 'Ajax 轮询',
      how: (s) => `每 ${unit(plain(s), '秒')}一次`,
      told: () => '次回答',
    },
    'long-poll': {
      title: '我等着你告诉我',
      name: '长轮询',
      how: (_, s) => `最长等 ${unit(plain(s), '秒')}`,
      told: () => '次回答',
    },
    ws: { title: '我们互相聊天', name: 'WebSocket', how: () => '消息', told: () => '条消息' },
    sse: { title: '你主动告诉我', name: 'SSE', how: () => '一个不结束的回答', told: () => '个事件' },
  },
  state: (state, wait_s) => {
    if (state.name === 'again') return `${unit(wait_s, '秒')}后重连`;
    return {
      connecting: '正在连接',
      live: '在线',
      browser: '浏览器正在自动重连',
      paused: '标签页曾在后台，已暂停',
      ended: '主题已结束',
    }[state.name];
  },
  board: '同一个股价，四种送法',
  feed: (rate, symbols, symbol) =>
    `${symbols} 只股票，每秒共 ${plain(rate)} 笔报价；${symbol} 每 ${unit(plain(symbols / rate), '秒')}一笔`,
  clock: (ms) => `时钟误差 ±${unit(ms, '毫秒')}`,
  noServer: '服务器没有回答。一有回答，看板会自己继续。',
  atServer: (symbol) => `服务器上的 ${symbol}`,
  keyUpper: '上线是服务器，下线是客户端',
  keyRing: '从未看到',
  keyWay: '还在路上',
  keyTruth: '灰线：真实价格',
  age: (s) => `平均多旧，${unit(s, '秒')}`,
  missed: '从未看到',
  perUpdate: '每笔更新的字节',
  ageMeans:
    '这一路的价格有多旧：此刻减去服务器发布它的时刻，对画面里的每一瞬间取平均。条形里灰色的一段来自行情本身的安静，没有任何延迟的读者也会这么旧。',
  ageUnder: '请求由服务器统计。回答、消息和事件由本页统计。更新是对这一路来说新的报价。',
  missedMeans:
    '服务器发布过、这一路却从未收到的报价，占开始统计以来全部报价的比例。它们是这只股票编号里的空缺，画成空心圈。服务器换过一轮、有些数不清时，前面写“≥”。',
  missedUnder: '连接数是这一路至今打开过的全部连接；“打开着”是此刻还在的连接数。',
  perUpdateMeans: '两个方向的全部字节，除以它们带来的更新笔数。报头、分块和帧都算，TCP 和 IP 另加的不算。',
  perUpdateUnder: '↑ 发给服务器，↓ 来自服务器，由服务器在自己的套接字上统计。1 kB 是 1000 B。',
  requests: () => '次请求',
  updates: () => '笔更新',
  ofPrices: (n) => `笔，共 ${n} 笔`,
  connections: () => '个连接',
  open: '个打开着',
  sockets: () => '个套接字',
  cpu: 'CPU',
  memory: '内存',
  up: '发给服务器',
  down: '来自服务器',
  s: '秒',
  now: '现在',
  paused: '已暂停',
  off: '已关闭',
  tickBefore: (s) => `−${unit(s, '秒')}`,
  time: '时间和表格',
  pause: '暂停',
  step: '单步',
  resume: '继续',
  space: '空格',
  window: '画面',
  market: '行情和客户端',
  symbol: '股票',
  interval: '轮询间隔',
  hold: '最长等',
  lanesOn: '打开或关闭一路',
  choose: '看哪一路',
  counted: (s) => `已统计 ${unit(whole(s), '秒')}`,
  seconds: (s) => unit(plain(s), '秒'),
  picture: (name) => `${name}：它和服务器的对话，以及由此得到的价格`,
  pictureShape: (name) => `${name}：它和服务器的对话`,
  spoken: (name, price, s) => `${name}，${price}，${s} 秒前的价格。`,
  unheard: (name) => `${name}：还没有价格。`,
};

export const words: Record<Lang, Words> = { en, zh };
