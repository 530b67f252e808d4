// What the board says beside its lanes: to the presenter, and in its table. Both languages say the same.

import type { Refusal } from '../presenter.ts';
import { plain, unit, type Lang } from '../words.ts';

const en = {
  menu: { menu: 'Other pages', home: 'Home', dark: 'Dark', light: 'Light' },
  rested: 'the tab was away: counts anew',
  rate: 'prices a second',
  symbols: 'symbols',
  aSecond: (rate: string | number) => unit(plain(Number(rate)), `${Number(rate) === 1 ? 'price' : 'prices'}/s`),
  each: (symbols: string | number) => unit(String(symbols), Number(symbols) === 1 ? 'symbol' : 'symbols'),
  /** What to look for when it is changed. */
  looks: {
    rate: 'the faster the market, the more prices polling never sees, and the more bytes the others send',
    symbols: 'symbols take turns: the more there are, the rarer the prices of the one shown',
    symbol: 'which symbol all four lanes ask for',
    interval_s: 'the less often it asks, the older its price, and the more it never sees',
    hold_s: 'how long a question may stay without an answer before it is asked anew',
  },
  watching: "Only the presenter's page changes the rate and the number of symbols.",
  coming: (rate: number, symbols: number) =>
    `From the next instant: ${plain(rate)} ${rate === 1 ? 'price' : 'prices'} a second over ${symbols} ${symbols === 1 ? 'symbol' : 'symbols'}.`,
  refusals: {
    token: "Not changed: the server does not know this page's token. Open the address that its terminal shows now.",
    far: 'Not changed: this works only on the machine where the server runs.',
    refused: 'Not changed: the server refused it.',
    silent: 'The server did not answer, so the change may not have come. Try again.',
  } as Record<Refusal, string>,
  table: 'Table',
  caption: (s: number) => `The board in numbers, once a second. Mean age over ${unit(s, 's')}; 1 kB is 1000 B.`,
  columns: {
    lane: 'lane',
    price: 'price',
    age: 'its age',
    mean: 'mean age',
    missed: 'never seen',
    perUpdate: 'bytes per update',
    requests: 'requests',
    open: 'connections open',
    up: 'sent to the server',
    down: 'sent by the server',
    state: 'state',
  },
  noPrice: 'no price yet',
  noUpdate: 'no update counted yet',
  uncounted: 'not counted yet',
};

type BoardWords = typeof en;

const zh: BoardWords = {
  menu: { menu: '其他页面', home: '首页', dark: '深色', light: '浅色' },
  rested: '标签页离开过：重新计数',
  rate: '每秒报价',
  symbols: '股票只数',
  aSecond: (rate) => `每秒 ${plain(Number(rate))} 笔`,
  each: (symbols) => `${symbols} 只股票`,
  looks: {
    rate: '行情越快，轮询从未看到的报价越多，另外三路发送的字节也越多',
    symbols: '各只股票轮流报价：只数越多，画面上这一只的报价越少',
    symbol: '四路都问哪一只股票',
    interval_s: '问得越少，价格越旧，从未看到的也越多',
    hold_s: '一次提问最多等多久没有回答，就重新问',
  },
  watching: '每秒报价和股票只数，只有讲解者的页面能改。',
  coming: (rate, symbols) => `从下一刻起：${symbols} 只股票，每秒共 ${plain(rate)} 笔报价。`,
  refusals: {
    token: '没有改动：服务器不认识本页的令牌。请打开它的终端现在显示的地址。',
    far: '没有改动：只能在服务器所在的机器上改。',
    refused: '没有改动：服务器拒绝了。',
    silent: '服务器没有回答，改动也许没有送到。请再试一次。',
  },
  table: '表格',
  caption: (s) => `看板的数字，每秒更新一次。平均多旧按 ${unit(s, '秒')}计算；1 kB 是 1000 B。`,
  columns: {
    lane: '方式',
    price: '价格',
    age: '它有多旧',
    mean: '平均多旧',
    missed: '从未看到',
    perUpdate: '每笔更新的字节',
    requests: '请求',
    open: '打开的连接',
    up: '发给服务器',
    down: '服务器发来',
    state: '状态',
  },
  noPrice: '还没有价格',
  noUpdate: '还没有统计到更新',
  uncounted: '还没有统计',
};

export const boardWords: Record<Lang, BoardWords> = { en, zh };
