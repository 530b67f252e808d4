// What the lab of the connection budget says. Both languages say the same.

import { plain, seconds, unit, type Lang } from '../../words.ts';
import type { Result } from './lab.ts';
import type { NoOrigin } from './origins.ts';

/** How the connections are made: one stream for each, one for all, each at another origin, or WebSockets. */
export type Manner = 'each' | 'shared' | 'elsewhere' | 'sockets';
export const MANNERS: readonly Manner[] = ['each', 'shared', 'elsewhere', 'sockets'];

/** How a round stands at the moment. */
export type Standing = Omit<Result, 'request'> & {
  request: { answered_ms: number } | 'unasked' | 'waiting' | 'lost';
};

const ms = (number: number) => (number < 10 ? number.toFixed(1) : plain(Math.round(number)));
const things = (manner: Manner, n: number) => `${manner === 'sockets' ? 'WebSocket' : 'stream'}${n === 1 ? '' : 's'}`;
const are = (n: number) => (n === 1 ? 'is' : 'are');
const zhThings = (manner: Manner, n: number) => (manner === 'sockets' ? `${n} 个 WebSocket` : `${n} 条流`);

const en = {
  title: 'The connection budget',
  lead: 'Over HTTP/1.1 a browser opens only so many connections to one origin, and a stream keeps one of them for itself. Open several streams, then ask for something small, and see who waits.',
  manner: 'How they connect',
  manners: {
    each: { name: 'A stream for each', means: 'Each opens an EventSource of its own, all to the origin of this page.' },
    shared: {
      name: 'One shared stream',
      means:
        'One holds the stream and passes on by BroadcastChannel what comes. Each row stands for a tab, and this page in another tab takes part. When the holder closes, the next one goes on where it was.',
    },
    elsewhere: {
      name: 'Other origins',
      means:
        'Each opens an EventSource of its own, in turn at the ports of the lanes. A port is another origin, with a budget of its own; the plain request still goes to this one.',
    },
    sockets: {
      name: 'WebSocket instead',
      means:
        'Each opens a WebSocket to the origin of this page. Browsers count WebSockets apart and allow many more. In Firefox they too wait if streams have used up the budget (claim C08).',
    },
  } as Record<Manner, { name: string; means: string }>,
  byLock: 'Who holds the stream is settled by a Web Lock: one at any time, and the next one follows at once.',
  byWord:
    'This browser offers no Web Locks here: on plain http from another machine a page is an insecure context. So they settle it by messages: who asks and hears of no holder takes over. For a moment there may be two streams, and after a crash none for up to 7 s.',
  many: 'How many',
  controls: 'Open and close',
  open: 'Open and ask',
  closeOne: 'Close one',
  closeAll: 'Close all',
  table: 'Table',
  predict: 'Predict',
  question: (manner: Manner, of: number) =>
    `${of} ${manner === 'shared' ? 'readers with one stream' : things(manner, of)}, then one plain request. How many get through, and is the request answered?`,
  finding: (manner: Manner, { of, open, fed, waiting, lost, request }: Standing): string => {
    if (lost === of) return 'None gets through: the server does not answer. Open them again when it is back.';
    const holder = open ? `${open} stream feeds` : 'Another tab holds the stream that feeds';
    const through = fed
      ? `${holder} ${fed} ${open ? 'more' : 'here'}`
      : manner === 'shared'
        ? `${open} of ${of} readers ${open === 1 ? 'has' : 'have'} a stream`
        : `${open} of ${of} ${things(manner, of)} ${are(open)} open`;
    const rest = [waiting && `${waiting} ${waiting === 1 ? 'waits' : 'wait'}`, lost && `${lost} ${are(lost)} lost`];
    const end = {
      unasked: '',
      waiting: ' The plain request waits as well.',
      lost: ' The plain request got no answer.',
    };
    return `${[through, ...rest].filter((part) => part).join(', ')}.${
      typeof request === 'string'
        ? end[request]
        : ` The plain request was answered after ${unit(ms(request.answered_ms), 'ms')}.`
    }`;
  },
  gaveBack: (s: number) => `All was closed after ${unit(s, 's')}, so that the other tabs of this origin can go on.`,
  missing: {
    alone: 'needs a class: start the server with fourways classroom',
    broken: 'no lane of the class is up and in fair weather; repair one and try again',
    silent: 'the server did not answer; try again',
  } as Record<NoOrigin, string>,
  row: (manner: Manner, number: number | null): string => {
    if (number === null) return 'plain request';
    return `${manner === 'shared' ? 'reader' : things(manner, 1)} ${number}`;
  },
  keys: { open: 'has a connection', fed: 'fed by another one', waiting: 'waits', lost: 'no connection' },
  waits: (since_ms: number) => `waits ${unit(seconds(since_ms / 1000), 's')}`,
  through: (after_ms: number) => `open after ${unit(ms(after_ms), 'ms')}`,
  answered: (after_ms: number) => `answered after ${unit(ms(after_ms), 'ms')}`,
  events: (n: number) => `${plain(n)} ${n === 1 ? 'event' : 'events'}`,
  fed: 'fed',
  lost: 'no connection',
  closed: 'closed',
  at: (s: number) => unit(s, 's'),
  axis: 'since the first was asked for',
  caption: 'This round in numbers',
  columns: { who: 'who', stage: 'state', after: 'got through after', events: 'events' },
  notThrough: 'has not got through',
  noEvents: 'carries none',
  ms: (number: number) => unit(ms(number), 'ms'),
  tried: 'What was tried here',
  triedHeads: {
    manner: 'how they connect',
    of: 'asked for',
    through: 'got through',
    open: 'connections held',
    waiting: 'wait',
    request: 'plain request',
  },
  triedMeans: (patience_s: number) =>
    `Taken when the plain request was answered, or had waited for ${unit(patience_s, 's')}. It is made when no further connection has come for 1 s.`,
  hangs: (patience_s: number) => `no answer in ${unit(patience_s, 's')}`,
  noAnswer: 'no answer',
  untried: 'not tried yet',
  h2: 'HTTP/2',
  h2Missing: 'follows later: this server speaks HTTP/1.1',
  remember:
    'The budget belongs to the browser, not to the page: all tabs of an origin share it, and every request needs a place in it.',
  others: (s: number) =>
    `So close the board and the lessons in other tabs to see all of it. While something waits they hang too; therefore, if something still waits after ${unit(s, 's')}, everything is closed.`,
};

export type BudgetWords = typeof en;

const zh: BudgetWords = {
  title: '连接预算',
  lead: '在 HTTP/1.1 上，浏览器对同一个源只打开有限的几个连接，而一条流要独占其中一个。先打开几条流，再发一个小请求，看看谁在等。',
  manner: '怎样连接',
  manners: {
    each: { name: '各开一条流', means: '各自打开一个 EventSource，都连到本页所在的源。' },
    shared: {
      name: '共用一条流',
      means:
        '其中一个持有这条流，把收到的内容用 BroadcastChannel 转给大家。每一行代表一个标签页，在另一个标签页打开本页也会加入。持有者关闭后，下一个从它停下的地方继续。',
    },
    elsewhere: {
      name: '换到别的源',
      means:
        '各自打开一个 EventSource，轮流连到各路的端口。端口不同，源就不同，各有自己的预算；那个普通请求仍然发给本页的源。',
    },
    sockets: {
      name: '改用 WebSocket',
      means:
        '各自打开一个 WebSocket，都连到本页所在的源。浏览器对 WebSocket 另外计数，允许的多得多。在 Firefox 里，如果流已经用完预算，WebSocket 也要等（说法 C08）。',
    },
  },
  byLock: '谁持有这条流，由 Web Lock 决定：任何时刻只有一个，它一走，下一个马上接上。',
  byWord:
    '这里没有 Web Locks：从另一台机器用普通 http 打开的页面是不安全上下文。所以它们靠互发消息决定：问了以后没听说有持有者，就由自己接手。可能有片刻同时有两条流；持有者崩溃后，最多 7 秒内一条也没有。',
  many: '打开几个',
  controls: '打开和关闭',
  open: '打开，再请求',
  closeOne: '关一个',
  closeAll: '全部关闭',
  table: '表格',
  predict: '先猜',
  question: (manner, of) =>
    `${manner === 'shared' ? `${of} 个读者共用一条流` : `打开 ${zhThings(manner, of)}`}，再发一个普通请求。几个能通？这个请求有回答吗？`,
  finding: (manner, { of, open, fed, waiting, lost, request }) => {
    if (lost === of) return '一个也不通：服务器没有回答。等它恢复后再打开。';
    const through = fed
      ? `${open ? `${open} 条流供给另外` : '另一个标签页持有的流供给这里的'} ${fed} 个读者`
      : manner === 'shared'
        ? `${of} 个读者中有 ${open} 个持有流`
        : `${zhThings(manner, of)}中有 ${open} ${manner === 'sockets' ? '个' : '条'}通了`;
    const rest = [waiting && `${waiting} 个在等`, lost && `${lost} 个断了`];
    const end = { unasked: '', waiting: '那个普通请求也在等。', lost: '那个普通请求没有得到回答。' };
    return `${[through, ...rest].filter((part) => part).join('，')}。${
      typeof request === 'string' ? end[request] : `那个普通请求在 ${unit(ms(request.answered_ms), '毫秒')}后得到回答。`
    }`;
  },
  gaveBack: (s) => `${unit(s, '秒')}后已全部关闭，好让这个源的其他标签页继续工作。`,
  missing: {
    alone: '需要课堂：用 fourways classroom 启动服务器',
    broken: '课堂里没有哪一路既在运行又没有故障；恢复一路后再试',
    silent: '服务器没有回答；请再试一次',
  },
  row: (manner, number) => {
    if (number === null) return '普通请求';
    return `${manner === 'sockets' ? 'WebSocket' : manner === 'shared' ? '读者' : '流'} ${number}`;
  },
  keys: { open: '有连接', fed: '由别人转来', waiting: '在等', lost: '没有连接' },
  waits: (since_ms) => `已等 ${unit(seconds(since_ms / 1000), '秒')}`,
  through: (after_ms) => `${unit(ms(after_ms), '毫秒')}后接通`,
  answered: (after_ms) => `${unit(ms(after_ms), '毫秒')}后得到回答`,
  events: (n) => `${plain(n)} 个事件`,
  fed: '由别人转来',
  lost: '没有连接',
  closed: '已关闭',
  at: (s) => unit(s, '秒'),
  axis: '从请求第一个连接算起',
  caption: '这一轮的数字',
  columns: { who: '谁', stage: '状态', after: '多久接通', events: '事件' },
  notThrough: '还没有接通',
  noEvents: '不带事件',
  ms: (number) => unit(ms(number), '毫秒'),
  tried: '在这里试过的',
  triedHeads: {
    manner: '怎样连接',
    of: '请求了',
    through: '接通',
    open: '占用的连接',
    waiting: '在等',
    request: '普通请求',
  },
  triedMeans: (patience_s) =>
    `取自普通请求得到回答的时刻，或它等满 ${unit(patience_s, '秒')}的时刻。连续 1 秒没有新的连接接通，才发出这个请求。`,
  hangs: (patience_s) => `${unit(patience_s, '秒')}内没有回答`,
  noAnswer: '没有回答',
  untried: '还没有试',
  h2: 'HTTP/2',
  h2Missing: '以后再加：这个服务器只支持 HTTP/1.1',
  remember: '预算属于浏览器，不属于页面：同一个源的所有标签页共用它，每个请求都要在里面占一个位置。',
  others: (s) =>
    `所以，要看到全部预算，请先关掉其他标签页里的看板和课程。有人在等的时候，它们也会卡住；因此 ${unit(s, '秒')}后如果还有人在等，就全部关闭。`,
};

export const budgetWords: Record<Lang, BudgetWords> = { en, zh };
