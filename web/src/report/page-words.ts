// What the page of the reports and the single file say around a report.

import type { Lang } from '../words.ts';

const en = {
  reports: 'Reports',
  run: 'Run',
  loading: 'Looking for runs.',
  none: 'No runs yet: just compare makes one.',
  noneHow: 'It takes about two minutes and measures the four ways on this machine. Its report then stands here.',
  silent: 'The server does not answer.',
  broken: (why: string) => `This run cannot be shown. ${why}.`,
  again: 'Try again',
  quick: 'Quick run',
  quickMeans: 'Measures the four ways on this machine, in about two minutes.',
  progress: 'Progress of the quick run',
  starting: 'Starting.',
  left: (time: string) => `about ${time} left`,
  refused: (why: string) => `The server did not start a run. ${why}`,
  ended: (state: string) => `The run ended without a result: ${state}. What the server said stands in its log.`,
  lost: 'The run can no longer be followed. If it ended well, its report stands in the list.',
  dark: 'Dark',
  light: 'Light',
  print: 'Print',
  other: '中文',
  noRun: 'This file holds no run',
  noRunHow: 'It is the empty form of a report. Write one with its figures by',
  notARun: (why: string) => `What this file holds is no run of fourways compare: ${why}. Write it anew by`,
};

const zh: typeof en = {
  reports: '报告',
  run: '测量',
  loading: '正在找已有的测量。',
  none: '还没有测量结果：just compare 会做一次。',
  noneHow: '大约两分钟，在这台机器上测量四种方式。做完以后，报告就在这里。',
  silent: '服务器没有回答。',
  broken: (why) => `这次测量无法显示。${why}。`,
  again: '再试一次',
  quick: '快速测一次',
  quickMeans: '在这台机器上测量四种方式，大约两分钟。',
  progress: '快速测量的进度',
  starting: '正在开始。',
  left: (time) => `大约还要 ${time}`,
  refused: (why) => `服务器没有开始测量。${why}`,
  ended: (state) => `测量结束了，没有结果：${state}。服务器的日志里写着原因。`,
  lost: '无法再跟踪这次测量。如果它顺利做完，报告会出现在列表里。',
  dark: '深色',
  light: '浅色',
  print: '打印',
  other: 'English',
  noRun: '这个文件里没有测量结果',
  noRunHow: '这是一份空白的报告。带数字的报告这样生成：',
  notARun: (why) => `这个文件里的内容不是 fourways compare 的测量结果：${why}。请重新生成：`,
};

export const pageTexts: Record<Lang, typeof en> = { en, zh };
