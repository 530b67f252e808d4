// Where, when and how a run was measured, in one line: without it no number can be compared with another.

import { plain, unit, type Lang } from '../words.ts';
import { three } from '../digits.ts';
import { lasting, sized } from './number.ts';
import { texts } from './report-words.ts';
import { measured, type Machine, type View } from './view.ts';

const comma = (lang: Lang) => (lang === 'zh' ? '，' : ', ');

/** 2026-11-23 14:00 UTC, the same in both languages; what is not an instant stays as it is. */
export function instant(started: string): string {
  const date = new Date(started);
  return Number.isNaN(date.getTime()) ? started : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function machineLine(machine: Machine, lang: Lang): string {
  const say = texts[lang];
  const memory = machine.memory_bytes ? unit(three(machine.memory_bytes / 1024 ** 3), 'GiB') : '';
  const parts = [machine.cpu, say.cores(machine.cores), memory && say.memory(memory), machine.os];
  return parts.filter((part) => part).join(comma(lang));
}

export function provenance(view: View, lang: Lang): string {
  const say = texts[lang];
  const busy = view.cells.flatMap((cell) => measured(cell, 'generator_core')?.high ?? []);
  const parts = [
    machineLine(view.machine, lang),
    view.versions['fourways'] && `fourways ${view.versions['fourways']}`,
    say.seed(view.seed),
    view.load_1m !== null && say.load(plain(Number(view.load_1m.toFixed(2)))),
    busy.length > 0 && say.generator(sized(Math.max(...busy), '%')),
    say.took(lasting(view.took_s, say.min, say.s)),
  ];
  return `${parts.filter((part) => part).join(comma(lang))}${lang === 'zh' ? '。' : '.'}`;
}

/** How many rounds stand behind a point. */
export function roundsLine(view: View, lang: Lang): string {
  const used = view.cells.map((cell) => cell.used).filter((n) => n > 0);
  if (used.length === 0) return '';
  const [least, most] = [Math.min(...used), Math.max(...used)];
  return least === most ? texts[lang].median(most) : texts[lang].mediansOf(least, most);
}
