// What servers say in their headers, one sentence each, where it is not the same as what clients say.

import type { Lang } from '../../words.ts';
import { ASKED, type HeaderWords } from './headers-asked.ts';

const TOLD: HeaderWords = {
  'cache-control': {
    spec: 'RFC 9111 5.2',
    en: 'What caches may do: no-cache asks the server before each use, no-store keeps nothing, no-transform forbids compressing on the way.',
    zh: '缓存可以怎么做：no-cache 每次用前先问服务器，no-store 什么也不留，no-transform 不许中途压缩。',
  },
  'content-type': {
    spec: 'RFC 9110 8.3',
    en: 'What kind of thing the body is. text/event-stream is what makes an answer an event stream.',
    zh: '正文是什么类型。写着 text/event-stream，这个回答才是事件流。',
  },
  'etag': {
    spec: 'RFC 9110 8.8.3',
    en: 'The name of this answer. The next poll sends it back, and hears 304 if nothing has changed.',
    zh: '这份回答的名字。下一次轮询把它送回来，没有变化就得到 304。',
  },
  'transfer-encoding': {
    spec: 'RFC 9112 6.1',
    en: 'The body comes in chunks, each with its own size: nobody knows yet how long it will be.',
    zh: '正文分块送来，每块带着自己的大小：还没有人知道它一共多长。',
  },
  'date': {
    spec: 'RFC 9110 6.6.1',
    en: 'When the server wrote this.',
    zh: '服务器什么时候写的。',
  },
  'vary': {
    spec: 'RFC 9110 12.5.5',
    en: 'Which headers of the request made this answer what it is; caches keep one for each.',
    zh: '请求里的哪些报头决定了这份回答；缓存要分开存。',
  },
  'upgrade': {
    spec: 'RFC 9110 7.8',
    en: 'Which protocol this connection speaks from now on.',
    zh: '这个连接从此说哪一种协议。',
  },
  'sec-websocket-accept': {
    spec: 'RFC 6455 11.3.3',
    en: 'A hash of the key and of a fixed text from the specification: whoever answers so has understood.',
    zh: '把 key 和规范里的一段固定文字合在一起算出的散列：答得出来，就是听懂了。',
  },
  'access-control-allow-': {
    spec: 'Fetch, CORS protocol',
    en: 'Which page of another origin may read this, and how it may ask.',
    zh: '别的源的哪个页面可以读它，可以怎样请求。',
  },
  'access-control-expose-headers': {
    spec: 'Fetch, CORS protocol',
    en: 'Which headers a page of another origin may read.',
    zh: '别的源的页面可以读哪些报头。',
  },
  'access-control-max-age': {
    spec: 'Fetch, CORS protocol',
    en: 'For how many seconds the browser need not ask again.',
    zh: '多少秒之内浏览器不必再问。',
  },
  'x-content-type-options': {
    spec: 'Fetch, nosniff',
    en: 'The browser must not guess another type than the one that is named.',
    zh: '浏览器不许猜别的类型，写的是什么就是什么。',
  },
  'x-accel-buffering': {
    spec: 'nginx, proxy_buffering',
    en: 'Asks an nginx in between not to collect the stream, but to hand each event on at once.',
    zh: '请中间的 nginx 不要攒着，每个事件立刻转交。',
  },
  'retry-after': {
    spec: 'RFC 9110 10.2.3',
    en: 'How long to wait before the next attempt.',
    zh: '下一次尝试之前等多久。',
  },
  'allow': {
    spec: 'RFC 9110 10.2.1',
    en: 'Which methods may be used here.',
    zh: '这里可以用哪些方法。',
  },
};

/** What is said of headers that stand in neither list. */
const OTHER = {
  spec: 'RFC 9110 5.1',
  en: 'A header that none of the four ways needs: this client or something in between has added it.',
  zh: '四种方式都用不着的报头：是这个客户端或者中间的什么加上的。',
};

/** By its own name or that of its family. `up`: the client says it. */
export function headerWords(name: string, up: boolean): { spec: string } & Record<Lang, string> {
  const lower = name.toLowerCase();
  for (const list of up ? [ASKED, TOLD] : [TOLD, ASKED]) {
    // `sec-ch-ua` itself belongs to those that begin with `sec-ch-ua-`.
    const family = Object.keys(list).find((known) => known.endsWith('-') && `${lower}-`.startsWith(known));
    const found = list[lower] ?? (family === undefined ? undefined : list[family]);
    if (found) return found;
  }
  return OTHER;
}
