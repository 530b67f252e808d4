// Numbers that stand for sentences: the status of an answer, the opcode and the close code of a frame.

import type { Lang } from '../../words.ts';

interface CodeWords {
  status: (code: string) => string;
  close: (code: string) => string;
  opcode: (code: number) => string;
}

const EN_STATUS = {
  '101': 'Agreed: from the next byte on, this connection speaks WebSocket.',
  '200': 'Here it is.',
  '204': 'Nothing new, and no body. An EventSource that hears this never comes back.',
  '304': 'What you have is still right: no body.',
  '400': 'The request cannot be understood.',
  '403': 'Not allowed.',
  '404': 'There is no such thing here.',
  '503': 'Not now. Come again later.',
};
const ZH_STATUS: typeof EN_STATUS = {
  '101': '同意：从下一个字节起，这个连接说 WebSocket。',
  '200': '好的，给你。',
  '204': '没有新消息，也没有正文。EventSource 听到它就不再回来。',
  '304': '你手里的还是对的：没有正文。',
  '400': '请求读不懂。',
  '403': '不允许。',
  '404': '这里没有这个东西。',
  '503': '现在不行，过一会儿再来。',
};
/** By the first digit. */
const EN_CLASS = {
  '1': 'Wait: more is to come.',
  '2': 'Done.',
  '3': 'Look elsewhere.',
  '4': 'The client is at fault.',
  '5': 'The server failed.',
};
const ZH_CLASS: typeof EN_CLASS = {
  '1': '等一下，后面还有。',
  '2': '办好了。',
  '3': '到别处去看。',
  '4': '错在客户端。',
  '5': '服务器出了错。',
};

const EN_CLOSE = {
  '1000': 'it has done what it was for.',
  '1001': 'one side is going away: the server stops, or the page was left.',
  '1002': 'the other side broke the protocol.',
  '1003': 'the other side sent a kind of data that is not taken.',
  '1007': 'the text was not UTF-8.',
  '1008': 'the message breaks a rule of this server.',
  '1009': 'the message was too long.',
  '1011': 'the server met something it had not expected.',
  '1012': 'the server restarts.',
  '1013': 'the server has too much to do: try again later.',
};
const ZH_CLOSE: typeof EN_CLOSE = {
  '1000': '该做的做完了。',
  '1001': '一方要走了：服务器要停止，或者页面关掉了。',
  '1002': '对方违反了协议。',
  '1003': '对方发来的数据类型不收。',
  '1007': '文字不是 UTF-8。',
  '1008': '消息违反了这个服务器的规矩。',
  '1009': '消息太长。',
  '1011': '服务器碰到没有料到的事。',
  '1012': '服务器重启。',
  '1013': '服务器太忙：过一会儿再试。',
};
const EN_OPCODE = { 0: 'goes on', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };
const ZH_OPCODE: typeof EN_OPCODE = { 0: '续帧', 1: '文本', 2: '二进制', 8: '关闭', 9: 'ping', 10: 'pong' };

type Known = Record<string, string>;
/** What is known of the code itself, or else of all that begin by the same digit. */
const statusIn = (known: Known, classes: Known) => (code: string) => known[code] ?? classes[code[0] ?? ''] ?? '';
const among = (known: Known, other: string) => (code: string | number) => known[code] ?? other;

export const codeWords: Record<Lang, CodeWords> = {
  en: {
    status: statusIn(EN_STATUS, EN_CLASS),
    close: among(EN_CLOSE, 'the two programs know among themselves what it means.'),
    opcode: among(EN_OPCODE, 'unknown'),
  },
  zh: {
    status: statusIn(ZH_STATUS, ZH_CLASS),
    close: among(ZH_CLOSE, '含义由两边的程序自己约定。'),
    opcode: among(ZH_OPCODE, '未知'),
  },
};
