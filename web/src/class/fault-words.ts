// What the faults are called, what to look for, and what a recovery says, in both languages. Both say the same.

import { plain, unit, whole, type Lang } from '../words.ts';
import type { FaultName } from './faults.ts';
import type { FaultWindow } from './windows.ts';

/** A figure among its words. */
export type Fact = readonly [before: string, figure: string, after: string];

interface FaultWords {
  name: string;
  /** One line: what to look for. */
  look: string;
  /** What it is set to. */
  value: (value: number) => string;
}

const bits = (value: number) => {
  const step = value < 1e6 ? 1e3 : 1e6;
  return unit(plain(value / step), step === 1e3 ? 'kbit/s' : 'Mbit/s');
};
const bytes = (value: number) => (value < 1000 ? unit(plain(value), 'B') : unit(plain(value / 1000), 'kB'));
const none = () => '';

const en = {
  breaks: 'Break',
  colon: ':',
  all: 'all lanes',
  where: 'Lanes to break',
  set: (name: string) => `${name}: how much`,
  rest: (n: number) => (n === 0 ? 'more' : `more, ${n} at work`),
  /** Of what is at work behind that. */
  stand: (names: readonly string[]) => `at work behind this: ${names.join(', ')}`,
  less: 'less',
  well: 'all well',
  wellLook: 'Everything is as it was: look who finds that out by itself, and who has to ask.',
  choose: 'what you press happens to the real bytes of these lanes',
  faults: {
    delay: {
      name: 'delay',
      look: 'so long in each direction: look at the slope of every arrow, and at who has to ask again each time',
      value: (ms) => unit(whole(ms), 'ms'),
    },
    jitter: {
      name: 'jitter',
      look: 'up to so long more, each time another: look how even prices arrive in bunches, and that none overtakes',
      value: (ms) => unit(whole(ms), 'ms'),
    },
    rate: {
      name: 'bandwidth',
      look: 'the road down is so narrow: look whose prices are small enough to get through in time',
      value: bits,
    },
    stall: {
      name: 'stall',
      look: 'nothing passes and nothing is cut: look who notices, and what comes at once when it ends',
      value: none,
    },
    cut: {
      name: 'cut',
      look: 'look who comes back first, and what came back with them',
      value: (s) => (s === 0 ? 'once' : unit(plain(s), 's')),
    },
    'cut-after': {
      name: 'cut after',
      look: 'each open connection breaks behind so many bytes more, amid a price: look whether anybody shows half of one',
      value: bytes,
    },
    'cut-every': {
      name: 'cut again and again',
      look: 'look who spends the time between two cuts on coming back',
      value: (s) => `every ${unit(plain(s), 's')}`,
    },
    'half-open': {
      name: 'half-open',
      look: 'the open connections are dead and nobody was told: look how long each way goes on believing in its own',
      value: none,
    },
    lumps: {
      name: 'buffer',
      look: 'a proxy holds an endless answer until 4,096 bytes have come: look at SSE, and that the others pass',
      value: none,
    },
    refuse: {
      name: 'refuse',
      look: 'all are cut, and refused when they come back: look who asks again, and when; after 204 SSE stops for good',
      value: (status) => String(status),
    },
    kill: {
      name: 'kill',
      look: 'the server dies without a word, and another one starts after 2 s: look for holes once all are back',
      value: none,
    },
    restart: {
      name: 'restart',
      look: 'the server is replaced at once: look whether a cursor of the old one means anything to the new one',
      value: none,
    },
    deploy: {
      name: 'deploy',
      look: 'the server says goodbye before it goes: look who is told, and who only finds the door shut',
      value: none,
    },
    extra: {
      name: 'subscribers',
      look: 'so many more on each lane, who come back one by one: look at CPU, memory and sockets',
      value: whole,
    },
    herd: {
      name: 'subscribers in step',
      look: 'so many more on each lane, who all come back at the same instant: cut them, and look at CPU',
      value: whole,
    },
    'slow-reader': {
      name: 'slow reader',
      look: 'the client takes no more than this: look how old its price becomes while the server stays small',
      value: bits,
    },
    'leave-dead': {
      name: 'leave it dead',
      look: 'a server that has died stays dead: look what each client does while nobody is there',
      value: none,
    },
  } satisfies Record<FaultName, FaultWords>,
  /** The server itself, as it is named over the time in which it was away. */
  away: { kill: 'server dead', restart: 'server restarts', deploy: 'server drains' },
  lasted: (name: string, s: string) => `${name}, ${unit(s, 's')}`,
  fresh: (s: string): Fact => ['fresh in ', s, unit('', 's')],
  notFresh: ['', '–', ' not fresh yet'] as Fact,
  lost: (n: number): Fact => ['', whole(n), ' lost'],
  replayed: (n: number): Fact => ['', whole(n), ' replayed'],
  twice: (n: number): Fact => ['', whole(n), ' came twice'],
  after: 'After the fault',
  freshMeans:
    'Fresh again: the time from the end of the fault until this lane knew the newest price. Lost: prices published from its beginning until then that this lane never heard of.',
  lostMeans:
    'Replayed: those it heard of that were published before its new connection, so the server gave them again. Prices that came though they were known are counted as “came twice”.',
};

type FaultText = Omit<typeof en, 'faults'> & { faults: Record<FaultName, FaultWords> };

const zh: FaultText = {
  breaks: '故障',
  colon: '：',
  all: '全部四路',
  where: '在哪几路制造故障',
  set: (name) => `${name}：多少`,
  rest: (n) => (n === 0 ? '更多' : `更多，其中 ${n} 项正在起作用`),
  stand: (names) => `收起来的故障里，正在起作用的有：${names.join('、')}`,
  less: '收起',
  well: '全部恢复',
  wellLook: '一切恢复原样：请看谁自己就知道，谁要再问一次。',
  choose: '按下哪个，这几路的真实字节就碰上哪个',
  faults: {
    delay: {
      name: '延迟',
      look: '每个方向都慢这么多：请看每支箭头的斜度，还有谁每次都得重新问',
      value: (ms) => unit(whole(ms), '毫秒'),
    },
    jitter: {
      name: '抖动',
      look: '每次再慢一点，最多这么多：请看均匀的报价怎样挤成一团，而且谁也不超车',
      value: (ms) => unit(whole(ms), '毫秒'),
    },
    rate: { name: '带宽', look: '下行的路只有这么宽：请看谁的报价小得能按时通过', value: bits },
    stall: { name: '停滞', look: '什么都过不去，什么也没断：请看谁察觉了，结束时又一下子来了什么', value: none },
    cut: {
      name: '断线',
      look: '请看谁先回来，又带回了什么',
      value: (s) => (s === 0 ? '一次' : unit(plain(s), '秒')),
    },
    'cut-after': {
      name: '收够即断',
      look: '每条打开的连接再收这么多字节就断，断在一笔报价中间：请看有没有谁显示半笔',
      value: bytes,
    },
    'cut-every': {
      name: '反复断线',
      look: '请看谁把两次断线之间的时间都花在重连上',
      value: (s) => `每 ${unit(plain(s), '秒')}`,
    },
    'half-open': { name: '半开', look: '打开着的连接已经死了，却没人通知：请看每一路还会信它多久', value: none },
    lumps: {
      name: '代理缓冲',
      look: '代理把不结束的回答攒到 4,096 字节才放行：请看 SSE，另外三路照样通过',
      value: none,
    },
    refuse: {
      name: '拒绝',
      look: '全部断线，回来时被拒绝：请看谁再来问、隔多久；遇到 204，SSE 就不再来了',
      value: (status) => String(status),
    },
    kill: {
      name: '杀进程',
      look: '服务器一声不响地死掉，2 秒后另一个启动：等大家都回来，请看有没有漏掉的',
      value: none,
    },
    restart: { name: '重启', look: '服务器立刻换成新的：请看旧服务器给的游标，新服务器还认不认', value: none },
    deploy: { name: '部署', look: '服务器先道别再走：请看谁收到了通知，谁只发现门关了', value: none },
    extra: { name: '更多订阅者', look: '每一路再来这么多，断线后陆续回来：请看 CPU、内存和套接字', value: whole },
    herd: { name: '齐步订阅者', look: '每一路再来这么多，断线后同一刻回来：把他们断开，再看 CPU', value: whole },
    'slow-reader': {
      name: '慢读者',
      look: '客户端只收得下这么多：请看它的价格变得多旧，而服务器并不变大',
      value: bits,
    },
    'leave-dead': { name: '不自动重启', look: '死掉的服务器不再启动：请看服务器不在时，每个客户端怎么办', value: none },
  },
  away: { kill: '服务器死了', restart: '服务器重启', deploy: '服务器排空' },
  lasted: (name, s) => `${name} ${unit(s, '秒')}`,
  fresh: (s) => ['恢复用时 ', s, unit('', '秒')],
  notFresh: ['', '–', ' 还没恢复'],
  lost: (n) => ['', whole(n), unit('', '笔丢失')],
  replayed: (n) => ['', whole(n), unit('', '笔补发')],
  twice: (n) => ['', whole(n), unit('', '笔重复')],
  after: '故障之后',
  freshMeans: '恢复用时：从故障结束，到这一路又知道最新价格。丢失：从故障开始到那时发布、这一路却从未收到的报价。',
  lostMeans: '补发：收到的报价里，在新连接建立之前就已发布、由服务器补给的那些。已经知道却又来一次的，算作“重复”。',
};

export const faultWords: Record<Lang, FaultText> = { en, zh };

/** What stands over the time of a fault: its name, and how much or how long. */
export function windowName({ fault, value, from, to }: FaultWindow, lang: Lang): string {
  const say = faultWords[lang];
  const away = fault in say.away;
  const name = away ? say.away[fault as keyof typeof say.away] : say.faults[fault].name;
  if (away || fault === 'cut') {
    const known = to !== null && to > from && from !== -Infinity;
    return known ? say.lasted(name, short((to - from) / 1000)) : name;
  }
  return faultName(fault, value, lang);
}

/** A fault with what it is set to. */
export function faultName(fault: FaultName, value: number, lang: Lang): string {
  const say = faultWords[lang].faults[fault];
  const text = value > 0 ? say.value(value) : '';
  return text ? `${say.name} ${text}` : say.name;
}

const short = (s: number) => plain(Number(s < 10 ? s.toFixed(1) : s.toFixed(0)));
