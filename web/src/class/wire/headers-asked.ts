// What clients say in their headers, one sentence each.

import type { Lang } from '../../words.ts';

/** A name that ends in `-` stands for all that begin so. */
export type HeaderWords = Record<string, { spec: string } & Record<Lang, string>>;

export const ASKED: HeaderWords = {
  'host': {
    spec: 'RFC 9110 7.2',
    en: 'Which of the names of this machine is meant. The only header that HTTP/1.1 requires.',
    zh: '要找这台机器的哪一个名字。HTTP/1.1 只要求这一个报头。',
  },
  'connection': {
    spec: 'RFC 9110 7.6.1',
    en: 'What is to become of this connection: kept for the next request, closed, or upgraded.',
    zh: '这个连接接下来怎么办：留给下一个请求、关闭，还是升级。',
  },
  'user-agent': {
    spec: 'RFC 9110 10.1.5',
    en: 'Which program asks. Most of it is history: every browser says Mozilla.',
    zh: '谁在问。大半是历史包袱：每个浏览器都自称 Mozilla。',
  },
  'accept': {
    spec: 'RFC 9110 12.5.1',
    en: 'Which kinds of answer the client takes. EventSource asks for text/event-stream here.',
    zh: '客户端收哪些类型的回答。EventSource 在这里要 text/event-stream。',
  },
  'accept-encoding': {
    spec: 'RFC 9110 12.5.3',
    en: 'How the answer may be compressed.',
    zh: '回答可以怎样压缩。',
  },
  'accept-language': {
    spec: 'RFC 9110 12.5.4',
    en: 'Which languages the reader prefers.',
    zh: '读者偏好哪些语言。',
  },
  'origin': {
    spec: 'Fetch, Origin',
    en: 'From which page the script asks. The server decides by it whether the page may read the answer.',
    zh: '脚本来自哪个页面。服务器据此决定这个页面能不能读回答。',
  },
  'referer': {
    spec: 'RFC 9110 10.1.3',
    en: 'On which page this began. The name has been misspelt since 1996.',
    zh: '从哪个页面来的。这个名字从 1996 年起就拼错了。',
  },
  'if-none-match': {
    spec: 'RFC 9110 13.1.2',
    en: 'The name of the answer that the client has. If it is still right, 304 spares the body.',
    zh: '客户端手里那份回答的名字。如果还对，回 304，省掉正文。',
  },
  'last-event-id': {
    spec: 'HTML 9.2.4',
    en: 'The id of the last event that arrived: the browser sends it by itself when it comes back.',
    zh: '最后收到的事件的 id：浏览器重连时自己带上。',
  },
  'cache-control': {
    spec: 'RFC 9111 5.2',
    en: 'What caches may do. In a request: do not answer from one.',
    zh: '缓存可以怎么做。写在请求里：不要拿缓存来回答。',
  },
  'pragma': {
    spec: 'RFC 9111 5.4',
    en: 'The same wish to caches, in the words of HTTP/1.0.',
    zh: '对缓存的同一个要求，用的是 HTTP/1.0 的说法。',
  },
  'content-type': {
    spec: 'RFC 9110 8.3',
    en: 'What kind of thing the body is.',
    zh: '正文是什么类型。',
  },
  'content-length': {
    spec: 'RFC 9110 8.6',
    en: 'How many bytes the body has. A body without an end cannot have this header.',
    zh: '正文有多少字节。没有尽头的正文不能有这个报头。',
  },
  'upgrade': {
    spec: 'RFC 9110 7.8',
    en: 'Which protocol this connection is to speak from now on.',
    zh: '这个连接从此改说哪一种协议。',
  },
  'sec-websocket-key': {
    spec: 'RFC 6455 11.3.1',
    en: 'A random number. The server proves by its hash that it has understood; it keeps nothing secret.',
    zh: '一个随机数。服务器回它的散列，证明自己听懂了；它不是用来保密的。',
  },
  'sec-websocket-version': {
    spec: 'RFC 6455 11.3.5',
    en: 'Which version of WebSocket; there is only 13.',
    zh: 'WebSocket 的哪一版；只有 13。',
  },
  'sec-websocket-extensions': {
    spec: 'RFC 6455 11.3.2',
    en: 'Which extensions are on offer, compression for example. The server may take none.',
    zh: '可以用哪些扩展，例如压缩。服务器可以一个也不用。',
  },
  'access-control-request-': {
    spec: 'Fetch, CORS protocol',
    en: 'The browser asks beforehand whether the page may send this to another origin.',
    zh: '浏览器先问一声：页面能不能把它发给另一个源。',
  },
  'sec-fetch-': {
    spec: 'Fetch Metadata',
    en: 'The browser says what the request is for. No script can change this.',
    zh: '浏览器说明这个请求是做什么用的。脚本改不了它。',
  },
  'sec-ch-ua-': {
    spec: 'Client Hints',
    en: 'Which browser, in fields that can be read one by one.',
    zh: '什么浏览器，拆成一项一项说。',
  },
  'priority': {
    spec: 'RFC 9218 4',
    en: 'How urgent the answer is.',
    zh: '回答有多急。',
  },
  'upgrade-insecure-requests': {
    spec: 'CSP, Upgrade Insecure Requests',
    en: 'The browser would rather be sent to https.',
    zh: '浏览器更愿意被带到 https。',
  },
};
