// What a phone says that joins a class. Both languages say the same; a key that one of them lacks does not compile.

import type { WayName } from '../../types.ts';
import { unit, whole, type Lang } from '../../words.ts';
import type { LaneState } from '../state.ts';
import type { Slept } from './sleep.ts';

const prices = (n: number) => (n === 1 ? '1 price' : `${whole(n)} prices`);

const en = {
  other: { lang: 'zh', name: '中文' },
  asking: 'Looking for the class …',
  none: 'There is no class here',
  noneText: 'This server shows the four ways, but nobody teaches with it. A class begins with',
  toBoard: 'To the board',
  choose: 'Which way do you want to hear the price?',
  phones: (n: number) => (n === 1 ? '1 phone' : `${whole(n)} phones`),
  hint: 'Without a choice you are given one. No name is asked, and nothing about you is kept: close the page and you have left.',
  join: 'Join',
  joining: 'Joining …',
  joiningLong:
    'The class has not let this phone in yet. It tries again by itself; a full class lets you in when somebody leaves.',
  number: (n: number) => `phone ${whole(n)}`,
  again: 'Another way',
  away: 'No connection to the class. It comes back by itself; the price goes on.',
  standing: (lane: LaneState): string =>
    ({
      up: '',
      starting: 'its server is starting',
      draining: 'its server is being replaced',
      down: lane.exit ? `its server has stopped (${lane.exit})` : 'its server has stopped',
    })[lane.state],
  age: 'mean age',
  missed: 'never seen',
  latency: 'latency',
  latencyError: (ms: string) => `latency, error ±${ms}`,
  ageHere: (window: string) =>
    `How old the price here was, averaged over every instant of the last ${window}: now minus the instant the server published it.`,
  latencyMeans:
    'From the instant the server published a price to the instant it was here: the median of those that came in view. Where a page asks only now and then, the time until it asks is in it too.',
  latencyUnder:
    'The two clocks are compared by several questions and answers, four instants each; half of the quickest way there and back is what they may be wrong by.',
  noPrice: 'no price yet',
  noLatency: { clock: 'the clocks are not compared yet', price: 'no price came in view' },
  insecure: (way: WayName) =>
    `This is plain http, so the browser lets no page keep the screen on. ${
      way === 'poll'
        ? 'After a sleep, polling asks for the newest price; what was in between it never sees.'
        : 'After a sleep, this lane goes on where it was.'
    }`,
  slept: ({ late, missed, atLeast }: Slept, length: string) =>
    `Asleep for ${length}: ${prices(late)} came late, ${atLeast ? 'at least ' : ''}${whole(missed)} never.`,
  bet: 'Predict',
  question: 'Which way is it?',
  closed: 'The bets are closed.',
  yours: (name: string) => `Yours was ${name}.`,
  ms: 'ms',
  minutes: (n: number) => unit(n, 'min'),
};

export type JoinWords = typeof en;

const zh: JoinWords = {
  other: { lang: 'en', name: 'English' },
  asking: '正在找课堂……',
  none: '这里没有课堂',
  noneText: '这个服务器展示四种方式，但没有人在用它上课。开课的命令是',
  toBoard: '去看板',
  choose: '你想用哪一种方式听股价？',
  phones: (n) => unit(whole(n), '部手机'),
  hint: '不选就由课堂分配。不问姓名，不留个人记录，关掉页面就算离开。',
  join: '加入',
  joining: '正在加入……',
  joiningLong: '课堂还没有接纳这部手机。它会自己再试；人满的课堂，等有人离开就能进。',
  number: (n) => unit(whole(n), '号手机'),
  again: '换一种方式',
  away: '和课堂的连接断了。它会自己恢复，股价照常。',
  standing: (lane) =>
    ({
      up: '',
      starting: '它的服务器正在启动',
      draining: '它的服务器正在更换',
      down: lane.exit ? `它的服务器停了（${lane.exit}）` : '它的服务器停了',
    })[lane.state],
  age: '平均多旧',
  missed: '从未看到',
  latency: '延迟',
  latencyError: (ms) => `延迟，误差 ±${ms}`,
  ageHere: (window) => `这里的价格有多旧：此刻减去服务器发布它的时刻，对最近 ${window}里的每一瞬间取平均。`,
  latencyMeans:
    '从服务器发布一笔报价，到它来到这里的时间：取画面里收到的各笔的中位数。隔一阵才问一次的，等着去问的时间也算。',
  latencyUnder: '两边的时钟靠几次问答来对，每次取四个时刻；最快那次往返的一半，就是可能的误差。',
  noPrice: '还没有价格',
  noLatency: { clock: '时钟还没有对好', price: '画面里没有收到报价' },
  insecure: (way) =>
    `这里是普通 http，浏览器不让网页保持屏幕常亮。${
      way === 'poll'
        ? '手机休眠之后，轮询只问最新的价格，中间的再也看不到。'
        : '手机休眠之后，这一路从断开的地方接着收。'
    }`,
  slept: ({ late, missed, atLeast }, length) =>
    `休眠了 ${length}：${unit(whole(late), '笔')}报价晚到，${atLeast ? '至少 ' : ''}${unit(whole(missed), '笔')}没有收到。`,
  bet: '先猜',
  question: '会是哪一种？',
  closed: '竞猜已停止。',
  yours: (name) => `你猜的是：${name}。`,
  ms: '毫秒',
  minutes: (n) => unit(n, '分钟'),
};

export const joinWords: Record<Lang, JoinWords> = { en, zh };
