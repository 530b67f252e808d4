// What the page says, in English and in Chinese. Both say the same; SSE, WebSocket and the like are not translated.
// Numbers are written the same way in both.

/** A number and its unit, never parted by a line break. */
const unit = (number, of) => `${number}\u202f${of}`;
const plain = (number) => number.toLocaleString('en-US', { maximumFractionDigits: 3 });

export const two = (number) => number.toFixed(2);
export const whole = (number) => number.toLocaleString('en-US');
export const seconds = (s) => (s < 10 ? two(s) : s < 100 ? s.toFixed(1) : whole(Math.round(s)));

/** Three significant digits. */
export function bytes(number) {
  const step = number < 1000 ? 0 : number < 999_500 ? 1 : 2;
  const scaled = number / 1000 ** step;
  const digits = step === 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return [scaled.toFixed(digits), ['B', 'kB', 'MB'][step]];
}

const en = {
  other: '中文',
  otherLang: 'zh',
  dark: 'Dark',
  light: 'Light',
  title: 'fourways: one price, four ways',
  heading: 'One price, four ways',
  lede: 'The same price reaches this page four ways at once. How old is it, how much is missed, what does it cost?',
  symbol: 'Symbol',
  interval: 'Polling asks every',
  price: 'price',
  age: 'age',
  received: 'updates received',
  missed: 'never seen',
  requests: 'requests',
  up: 'sent to server',
  down: 'from server',
  lanes: {
    poll: { title: 'I keep asking you', name: 'Ajax polling', how: (s) => `every ${unit(s, 's')}` },
    'long-poll': { title: 'I wait until you tell me', name: 'Long polling', how: (_, hold) => `hold ${unit(hold, 's')}` },
    ws: { title: 'We talk to each other', name: 'WebSocket', how: () => 'messages' },
    sse: { title: 'You tell me', name: 'SSE', how: () => 'one endless answer' },
  },
  states: {
    connecting: () => 'connecting',
    live: () => 'live',
    waiting: (s) => `reconnecting in ${unit(s, 's')}`,
    browser: () => 'the browser is reconnecting',
    paused: () => 'paused while this tab is hidden',
  },
  seconds: 's',
  option: (s) => unit(s, 's'),
  feed: (rate, symbols, symbol) =>
    `Topic stock-price: ${plain(rate)} ${rate === 1 ? 'price' : 'prices'} a second over ` +
    `${symbols} ${symbols === 1 ? 'symbol' : 'symbols'}, so one of ${symbol} every ${unit(plain(symbols / rate), 's')}.`,
  counted: (s) => `counted for ${unit(s, 's')}`,
  noteDashed: 'A price that is dimmed and dashed: another way already has a newer one.',
  noteMissed:
    'Never seen: holes in the numbering of this symbol. Polling gets only the newest price; ' +
    'the others go on where they were and miss nothing that the server still keeps.',
  noteCounted: 'Requests and bytes are counted by the server, heads included.',
  clock: (ms) => `Ages are by the clock of the server, give or take ${unit(ms, 'ms')}.`,
  shell: 'Try it in a terminal: one answer, and an answer that does not end.',
  spoken: (name, price, s) => `${name} ${price}, ${s} seconds old.`,
  unheard: (name) => `${name}: no price yet.`,
};

const zh = {
  other: 'English',
  otherLang: 'en',
  dark: '深色',
  light: '浅色',
  title: 'fourways：同一个股价，四种送法',
  heading: '同一个股价，四种送法',
  lede: '同一个股价，正用四种方式同时送到这个页面。它有多旧？漏了多少？花了多少？',
  symbol: '股票',
  interval: '轮询间隔',
  price: '价格',
  age: '多旧',
  received: '收到的更新',
  missed: '从未看到',
  requests: '请求次数',
  up: '发给服务器',
  down: '来自服务器',
  lanes: {
    poll: { title: '我反复问你', name: 'Ajax 轮询', how: (s) => `每 ${unit(s, '秒')}一次` },
    'long-poll': { title: '我等着你告诉我', name: '长轮询', how: (_, hold) => `最长等 ${unit(hold, '秒')}` },
    ws: { title: '我们互相聊天', name: 'WebSocket', how: () => '消息' },
    sse: { title: '你主动告诉我', name: 'SSE', how: () => '一个不结束的回答' },
  },
  states: {
    connecting: () => '正在连接',
    live: () => '在线',
    waiting: (s) => `${unit(s, '秒')}后重连`,
    browser: () => '浏览器正在自动重连',
    paused: () => '标签页在后台，已暂停',
  },
  seconds: '秒',
  option: (s) => unit(s, '秒'),
  feed: (rate, symbols, symbol) =>
    `主题 stock-price：${symbols} 只股票，每秒共 ${plain(rate)} 笔报价，${symbol} 每 ${unit(plain(symbols / rate), '秒')}一笔。`,
  counted: (s) => `已统计 ${unit(s, '秒')}`,
  noteDashed: '价格变淡并带虚线：别的方式已经收到更新的价格。',
  noteMissed: '从未看到：这只股票的编号有空缺。轮询只拿到最新价；另外三种接着上次的位置读，服务器还留着的就不会漏。',
  noteCounted: '请求次数和字节数由服务器统计，包含请求头和响应头。',
  clock: (ms) => `新旧按服务器的时钟算，误差不超过 ${unit(ms, '毫秒')}。`,
  shell: '在终端里试试：一个是一次回答，一个是不结束的回答。',
  spoken: (name, price, s) => `${name} ${price}，${s} 秒前的价格。`,
  unheard: (name) => `${name}：还没有价格。`,
};

export const words = { en, zh };
