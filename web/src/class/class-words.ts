// What the board says in a class only. Both languages say the same; a key that one of them lacks does not compile.

import type { Lang } from '../words.ts';
import type { Standing } from './state.ts';

/** How a process ended, as the server says it: `exit 1` or `SIGKILL`. */
type Exit = string | null;

const en = {
  standing: (state: Standing, exit: Exit): string =>
    ({ up: 'running', starting: 'starting', draining: 'no new connections, finishing', down: 'stopped' })[state] +
    (state === 'down' && exit ? `, ${exit}` : ''),
  restart: 'restart',
  restartLane: (name: string) => `Restart the server of ${name}`,
  join: 'join by phone',
  enlarge: 'Show the address to the whole room',
  nobody: 'no phone can join',
  away: 'The class does not answer; the lanes go on. Arrows show what this page knows by itself.',
  columns: { cpu: 'CPU of its server', sockets: 'its open sockets', memory: 'its memory' },
  untold: 'not known',
  ageUnder:
    'Requests are counted on the road to the server, as they pass. Answers, messages and events are counted in this page. CPU is the share of one core that the lane’s server process used over the last 5 seconds, whoever asked for it.',
  missedUnder:
    'Connections are all that this lane has opened so far. Open sockets and memory are those of the lane’s server process, so those of phones and extra subscribers are among them. “≥” stands where some of what passed was not counted.',
  perUpdateUnder:
    '↑ is sent to the server, ↓ comes from it, counted on the road to the server. Updates are prices that were new to this lane. 1 kB is 1000 B. “≥” stands where some of what passed was not counted.',
};

export type ClassWords = typeof en;

const zh: ClassWords = {
  standing: (state, exit) =>
    ({ up: '运行中', starting: '正在启动', draining: '不再接新连接，正在收尾', down: '已停止' })[state] +
    (state === 'down' && exit ? `，${exit.replace('exit ', '退出码 ')}` : ''),
  restart: '重启',
  restartLane: (name) => `重启${name}的服务器`,
  join: '用手机加入',
  enlarge: '把地址放大给全班看',
  nobody: '手机没法加入',
  away: '课堂没有回答，各路照常进行。箭头画的是本页自己知道的。',
  columns: { cpu: '服务器 CPU', sockets: '服务器套接字', memory: '服务器内存' },
  untold: '不知道',
  ageUnder:
    '请求在通往服务器的路上统计，过一个算一个。回答、消息和事件由本页统计。CPU 是这一路的服务器进程最近 5 秒用掉一个核的百分之几，不论是谁引起的。',
  missedUnder:
    '连接数是这一路至今打开过的全部连接。打开的套接字和内存属于这一路的服务器进程，手机和额外订阅者的也在其中。有内容没统计到时，前面写“≥”。',
  perUpdateUnder:
    '↑ 发给服务器，↓ 来自服务器，在通往服务器的路上统计。更新是对这一路来说新的报价。1 kB 是 1000 B。有内容没统计到时，前面写“≥”。',
};

export const classWords: Record<Lang, ClassWords> = { en, zh };
