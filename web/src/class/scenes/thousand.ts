// Scene 7: a thousand subscribers, and how they come back when all of them have lost the server at once.

import type { WayName } from '../../types.ts';
import { BOARD, MARKET } from './calm.ts';
import { count, percent, ways } from './figures.ts';
import { at, least, most, type Outcome } from './measured.ts';
import type { Crowd, Scene } from './types.ts';

/** On each of the four lanes. */
const CROWD: Crowd = { count: 250, jitter: true };
const IN_STEP: Crowd = { ...CROWD, jitter: false };

const cpu = (outcome: Outcome) => (way: WayName) => at(outcome, 'crowd', way).cpu;
const busiest = (outcome: Outcome) => most(cpu(outcome));
const laziest = (outcome: Outcome) => least(cpu(outcome));
/** What the first of them took. */
const took = (outcome: Outcome, some: WayName[] | null) => percent(some?.[0] ? cpu(outcome)(some[0]) : null);
/** The most new connections within 200 ms, with jitter and without. */
const bursts = (outcome: Outcome, way: WayName) =>
  [at(outcome, 'storm', way).burst, at(outcome, 'storm-in-step', way).burst] as const;
/** Whether the waiting at random has spared it nothing this time. */
const sparedNothing = (outcome: Outcome, way: WayName) => {
  const [jittered, inStep] = bursts(outcome, way);
  return jittered !== null && inStep !== null && jittered >= inStep;
};

export const thousand: Scene = {
  id: 'thousand',
  title: { en: 'A thousand subscribers and a storm', zh: '一千个订阅者和一场风暴' },
  minutes: 2,
  market: MARKET,
  board: BOARD,
  steps: [
    {
      id: 'ask',
      kind: 'predict',
      hidden: true,
      text: {
        en: 'A thousand subscribers join, 250 on each lane. Whose server works the hardest?',
        zh: '一千个订阅者来了，每路 250 个。哪一路的服务器最忙？',
      },
      notes: {
        en: 'The counts stay hidden until the bets are closed, so that nobody follows the crowd. The subscribers come from processes of their own, not from the browsers here.',
        zh: '停止竞猜前看不到票数，免得跟风。这些订阅者来自另外的进程，不是这里的浏览器。',
      },
    },
    {
      id: 'crowd',
      kind: 'watch',
      measures_s: 10,
      button: { en: 'Let them in', zh: '让他们进来' },
      crowd: CROWD,
      text: {
        en: 'Look at the CPU and at the open sockets of each server.',
        zh: '请看每个服务器的 CPU 和打开的套接字。',
      },
      notes: {
        en: 'Give it ten seconds: the CPU is averaged over this step.',
        zh: '等十秒：CPU 按这一步平均。',
      },
    },
    {
      id: 'worked',
      kind: 'happened',
      measures_s: 10,
      button: { en: 'What happened', zh: '发生了什么' },
      crowd: CROWD,
      said: {
        en: (outcome) =>
          `With 250 more each, ${ways(busiest(outcome), 'en')} took the most of a core, ${took(outcome, busiest(outcome))}; ${ways(laziest(outcome), 'en')} the least, ${took(outcome, laziest(outcome))}.`,
        zh: (outcome) =>
          `每路多了 250 个订阅者：${ways(busiest(outcome), 'zh')} 用得最多，占一个核的 ${took(outcome, busiest(outcome))}；${ways(laziest(outcome), 'zh')} 最少，${took(outcome, laziest(outcome))}。`,
      },
      row: { caption: { en: 'CPU, of a core', zh: 'CPU，占一个核' }, of: (outcome, way) => percent(cpu(outcome)(way)) },
      right: busiest,
      notes: {
        en: 'Small numbers on one laptop are no verdict. The reports have rounds and spreads; this is one look.',
        zh: '一台笔记本上的小数字不是结论。报告里有多轮和波动范围，这里只是看一眼。',
      },
    },
    {
      id: 'storm',
      kind: 'watch',
      measures_s: 8,
      button: { en: 'Cut every connection', zh: '切断全部连接' },
      crowd: CROWD,
      acts: ['cut'],
      text: {
        en: 'A thousand have lost their connection at the same instant. Each waits for a random time.',
        zh: '一千个人在同一瞬间断了线。每个人都随机等一段时间。',
      },
      notes: {
        en: 'Go on when all sockets are back.',
        zh: '等套接字都回来再往下走。',
      },
    },
    {
      id: 'in-step',
      kind: 'watch',
      button: { en: 'Take the jitter away', zh: '去掉随机' },
      crowd: IN_STEP,
      text: {
        en: 'The same thousand without jitter: everyone waits equally long.',
        zh: '还是这一千个，但不随机：大家等得一样久。',
      },
      notes: {
        en: 'Others come instead of the first thousand. Wait until the sockets stand still.',
        zh: '换了一批人来。等套接字的数目不再变。',
      },
    },
    {
      id: 'storm-in-step',
      kind: 'watch',
      measures_s: 8,
      button: { en: 'Cut them again', zh: '再切一次' },
      crowd: IN_STEP,
      acts: ['cut'],
      text: { en: 'Look at the moment in which they come back.', zh: '请看他们回来的那一刻。' },
      notes: {
        en: 'The servers stand all the while, so every knock reaches them. Without jitter all knock together.',
        zh: '服务器一直开着，所以每次敲门都到得了。没有随机，大家就一起敲。',
      },
    },
    {
      id: 'storms',
      kind: 'happened',
      measures_s: 8,
      button: { en: 'What happened', zh: '发生了什么' },
      crowd: IN_STEP,
      said: {
        en: (outcome) => {
          const [jittered, inStep] = bursts(outcome, 'sse').map(count);
          const spared = sparedNothing(outcome, 'sse') ? ' This time jitter has spared it nothing.' : '';
          return `Within 200 ms SSE took at most ${jittered} new connections with jitter, and ${inStep} without.${spared}`;
        },
        zh: (outcome) => {
          const [jittered, inStep] = bursts(outcome, 'sse').map(count);
          const spared = sparedNothing(outcome, 'sse') ? '这一次，随机没有帮上忙。' : '';
          return `在 200 毫秒里，SSE 这一路最多接了 ${jittered} 个新连接；没有随机等待时是 ${inStep} 个。${spared}`;
        },
      },
      row: {
        caption: {
          en: 'most new connections within 200 ms, with jitter → without',
          zh: '200 毫秒里最多的新连接，随机 → 不随机',
        },
        of: (outcome, way) => bursts(outcome, way).map(count).join(' → '),
      },
      notes: {
        en: 'The road counts who knocks, and tells the fullest 200 ms of each second.',
        zh: '路上的代理数有多少人敲门，每秒报出最挤的 200 毫秒。',
      },
    },
    {
      id: 'remember',
      kind: 'remember',
      button: { en: 'Remember', zh: '请记住' },
      text: {
        en: 'Before you come back, wait for a random moment: it spares the server a storm.',
        zh: '回来之前，先随机等一会儿：服务器就少挨一场风暴。',
      },
      notes: {
        en: 'Our server helps: it gives each SSE client a `retry:` of its own.',
        zh: '我们的服务器也帮忙：给每个 SSE 客户端各发一个不同的 `retry:`。',
      },
    },
  ],
};
