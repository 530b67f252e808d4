// What a demo says around its scenes: to the class, and to the presenter. Both languages say the same.

import type { Lang } from '../../words.ts';
import type { Step } from './types.ts';

const en = {
  demo: 'Demo',
  kinds: { predict: 'Predict', watch: 'Watch', happened: 'What happened' } as Record<
    Exclude<Step['kind'], 'remember'>,
    string
  >,
  remember: (sentence: string) => `Remember: ${sentence}`,
  bets: 'Your bets',
  placed: (placed: number, phones: number) => `${placed} of ${phones}`,
  hidden: 'hidden until the bets are closed',
  right: 'It was',
  nobody: 'none of the four',
  rightly: (right: number, placed: number) => `${right} of ${placed} had bet on it`,
  measuring: 'being measured …',
  ready: (s: number) => `${s} s to go`,
  missing: '–: not measured yet, or its step was too short, or this page was not there.',
  away: '–: this page has lost the class, and does not hear what passes.',
  wire: 'Byte by byte',
  where: (scene: number, scenes: number, step: number, steps: number) =>
    `scene ${scene} of ${scenes}, step ${step} of ${steps}`,
  of: (passed: string, planned: string) => `${passed} of ${planned}`,
  unknown: 'The scene began before this page was there.',
  timer: 'Time of this scene',
  none: 'Demo: eight scenes of two minutes',
  choose: 'Scene',
  start: 'Start',
  nextScene: (title: string) => `Next: ${title}`,
  end: 'End',
  back: 'Back',
  leave: 'Leave the demo',
  notes: 'Notes',
  doing: 'The class is being set up …',
};

export type SceneWords = typeof en;

const zh: SceneWords = {
  demo: '演示',
  kinds: { predict: '先猜', watch: '请看', happened: '发生了什么' },
  remember: (sentence) => `请记住：${sentence}`,
  bets: '大家的猜测',
  placed: (placed, phones) => `${placed} / ${phones} 人`,
  hidden: '停止竞猜后公布',
  right: '结果是',
  nobody: '四种都不是',
  rightly: (right, placed) => `${placed} 人里有 ${right} 人猜中`,
  measuring: '正在测量……',
  ready: (s) => `还要 ${s} 秒`,
  missing: '–：还没有测到，或者那一步太短，或者那时本页还没打开。',
  away: '–：本页和课堂断开了，听不到路上经过什么。',
  wire: '逐字节看',
  where: (scene, scenes, step, steps) => `第 ${scene} 场，共 ${scenes} 场；第 ${step} 步，共 ${steps} 步`,
  of: (passed, planned) => `${passed} / ${planned}`,
  unknown: '这一场开始时，本页还没打开。',
  timer: '这一场的时间',
  none: '演示：八场，每场两分钟',
  choose: '场次',
  start: '开始',
  nextScene: (title) => `下一场：${title}`,
  end: '结束',
  back: '上一步',
  leave: '离开演示',
  notes: '讲稿',
  doing: '正在布置课堂……',
};

export const sceneWords: Record<Lang, SceneWords> = { en, zh };
