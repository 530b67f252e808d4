// What each field is, in one sentence. Both languages say the same.

import { unit, whole, type Lang } from '../../words.ts';
import { codeWords } from './code-words.ts';
import type { FieldName } from './field.ts';

interface FieldWords {
  title: string;
  /** `text` is what the field says. */
  says: (text: string) => string;
}

/** A header has its words in `headers-asked.ts` and `headers-told.ts`, the head of a frame in `frame-words.ts`. */
type Worded = Exclude<FieldName, 'header' | 'frame-head'>;

const B = (number: number) => unit(whole(number), 'B');
const value = (line: string) => line.slice(line.indexOf(':') + 1).trim();
/** `200` of `HTTP/1.1 200 OK`. */
const statusOf = (line: string) => / (\d{3})/.exec(line)?.[1] ?? '';

const en: Record<Worded, FieldWords> = {
  'update': {
    title: 'The event',
    says: () => 'The update itself, the same bytes on all four ways. All the rest is what it costs to carry it.',
  },
  'cursor': {
    title: 'Cursor',
    says: () => 'How far the client knows everything. It sends this back when it goes on, and nothing is missed.',
  },
  'gap': {
    title: 'Gap',
    says: () => 'Something after the cursor cannot be given: from where, up to where, and why.',
  },
  'error': { title: 'Error', says: () => 'The server did not understand a message. The connection stays.' },
  'envelope': {
    title: 'Envelope',
    says: () => 'What our JSON puts around the events: which life of the log they are of, and whether there is more.',
  },
  'request-line': {
    title: 'Request line',
    says: () => 'What is wanted: the method, the target and the version of HTTP.',
  },
  'status-line': { title: 'Status line', says: (text) => codeWords.en.status(statusOf(text)) },
  'after': {
    title: 'Cursor in the target',
    says: () => 'Everything after this one, please: the client says where it goes on.',
  },
  'head-end': { title: 'End of the head', says: () => 'A line with nothing in it: here the headers end.' },
  'chunk-size': {
    title: 'Size of a chunk',
    says: (text) =>
      `The next chunk has ${B(Number.parseInt(text, 16))}; the size is written in hex. So a body can be sent whose length nobody knows.`,
  },
  'chunk-end': { title: 'End of a chunk', says: () => 'A line end that belongs to the framing and not to the data.' },
  'last-chunk': { title: 'Last chunk', says: () => 'A chunk of no bytes: the answer is over.' },
  'sse-id': {
    title: 'id',
    says: () =>
      'The browser remembers this and sends it as Last-Event-ID when it comes back. That is the whole resume.',
  },
  'sse-event': {
    title: 'event',
    says: (text) => `The kind of this event: scripts listen for “${value(text)}”. Without the line it is “message”.`,
  },
  'sse-data': {
    title: 'data',
    says: () => 'Behind this name stands the data. Several such lines are joined, with line ends between them.',
  },
  'sse-retry': {
    title: 'retry',
    says: (text) => `The browser waits ${unit(value(text), 'ms')} before it comes back by itself.`,
  },
  'sse-comment': {
    title: 'Comment',
    says: () => 'It begins by a colon, and no script hears it. Some servers send it as a sign of life.',
  },
  'sse-other': { title: 'Unknown line', says: () => 'No browser knows this name: the line is passed over.' },
  'line-end': { title: 'End of the line', says: () => 'In an event stream LF is enough; the head needs CR LF.' },
  'block-end': {
    title: 'Blank line',
    says: () => 'The block is whole: now the browser hands the event to the script.',
  },
  'frame-length': {
    title: 'Length of the payload',
    says: (text) => `${B(Number(text))}: too many for the seven bits in the byte before.`,
  },
  'frame-mask': {
    title: 'Mask',
    says: () =>
      'Each byte of the payload was combined with one of these four by XOR, so that no proxy mistakes it for HTTP. Browsers draw a new mask for every frame.',
  },
  'close-code': { title: 'Close code', says: (text) => `${text}: ${codeWords.en.close(text)}` },
  'close-reason': { title: 'Close reason', says: () => 'Why it ends, in words for people.' },
  'ping-data': { title: 'Ping data', says: () => 'Any bytes: the pong must bring back the same ones.' },
  'binary': {
    title: 'Payload',
    says: () => 'No text by itself: binary data, compressed data, or the middle of a longer message.',
  },
  'unread': { title: 'Not understood', says: () => 'Shown as it came: nothing here knows this format.' },
};

const zh: Record<Worded, FieldWords> = {
  'update': { title: '事件本身', says: () => '更新本身，四种方式一个字节都不差。其余的全是传送它的代价。' },
  'cursor': { title: '游标', says: () => '到这里为止，客户端全都知道。继续时把它送回来，就一笔不漏。' },
  'gap': { title: '缺口', says: () => '游标之后有些给不出来了：从哪里、到哪里、为什么。' },
  'error': { title: '错误', says: () => '服务器没听懂一条消息。连接还在。' },
  'envelope': { title: '信封', says: () => '我们的 JSON 套在事件外面的部分：属于日志的哪个纪元，后面还有没有。' },
  'request-line': { title: '请求行', says: () => '要什么：方法、目标和 HTTP 的版本。' },
  'status-line': { title: '状态行', says: (text) => codeWords.zh.status(statusOf(text)) },
  'after': { title: '目标里的游标', says: () => '请给我它之后的全部：客户端说明自己从哪里继续。' },
  'head-end': { title: '头部结束', says: () => '空的一行：报头到此为止。' },
  'chunk-size': {
    title: '分块的大小',
    says: (text) =>
      `下一块有 ${B(Number.parseInt(text, 16))}，大小用十六进制写。这样，没人知道一共多长的正文也能发出去。`,
  },
  'chunk-end': { title: '分块结束', says: () => '这个换行属于分帧，不属于数据。' },
  'last-chunk': { title: '最后一块', says: () => '零字节的一块：回答到此结束。' },
  'sse-id': { title: 'id', says: () => '浏览器记住它，重连时用 Last-Event-ID 送回来。续传就靠这一行。' },
  'sse-event': {
    title: 'event',
    says: (text) => `这个事件的种类：脚本监听“${value(text)}”。没有这一行就是“message”。`,
  },
  'sse-data': { title: 'data', says: () => '这个名字后面是数据。有几行就接起来，中间加换行。' },
  'sse-retry': { title: 'retry', says: (text) => `浏览器等 ${unit(value(text), 'ms')} 再自己重连。` },
  'sse-comment': { title: '注释', says: () => '以冒号开头，脚本听不到。有些服务器拿它报平安。' },
  'sse-other': { title: '不认识的行', says: () => '浏览器不认识这个名字，直接跳过。' },
  'line-end': { title: '行结束', says: () => '事件流里一个 LF 就够了；头部要用 CR LF。' },
  'block-end': { title: '空行', says: () => '这一块完整了：浏览器现在把事件交给脚本。' },
  'frame-length': { title: '载荷长度', says: (text) => `${B(Number(text))}：前一个字节的七个比特装不下。` },
  'frame-mask': {
    title: '掩码',
    says: () => '载荷的每个字节都和这四个字节之一做过异或，免得哪个代理把它当成 HTTP。浏览器每一帧都换一个新的掩码。',
  },
  'close-code': { title: '关闭码', says: (text) => `${text}：${codeWords.zh.close(text)}` },
  'close-reason': { title: '关闭原因', says: () => '为什么结束，写给人看。' },
  'ping-data': { title: 'ping 的数据', says: () => '任意字节：pong 必须原样带回来。' },
  'binary': { title: '载荷', says: () => '单独看不是文字：二进制、压缩过的数据，或者一条长消息的中段。' },
  'unread': { title: '没读懂', says: () => '原样显示：这里没有谁认识这种格式。' },
};

export const fieldWords: Record<Lang, Record<Worded, FieldWords>> = { en, zh };
