// What keeps a page from being built: each fault once, in a repository of its own, and none in the real one.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLessons } from '../lessons';

let repository: string;
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'fourways-lessons-'));
});
afterEach(() => rmSync(repository, { recursive: true }));

function write(path: string, ...lines: string[]): void {
  const whole = join(repository, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, `${lines.join('\n')}\n`);
}

/** The same page in both languages, so that nothing but its own fault is wrong with it. */
function both(...lines: string[]): void {
  for (const lang of ['en', 'zh']) write(`lessons/${lang}/02-polling.md`, ...lines);
}

/** The same fault in both pages, which show the same. */
const inBoth = (fault: string) => ['en', 'zh'].map((lang) => `lessons/${lang}/02-polling.md: ${fault}`);

const code = (name: string, ...lines: string[]) => [`  // #region ${name}`, ...lines, '  // #endregion'];
const rows = (count: number) => Array.from({ length: count }, (_, index) => `let _${index};`);

it('the lessons of this repository can be built', () => {
  expect(checkLessons(resolve(import.meta.dirname, '../..'))).toEqual([]);
});

it('a page with all that is allowed can be built', () => {
  const page = [
    '# One',
    '<<< ../../crates/a.rs#open{4-5}',
    '<<< ../../crates/a.rs#deliver{2 rust} [a.rs]',
    '```sh',
    '# not a heading, <NotAComponent>',
    '```',
    '<QuizItem id="a" question="Why?" />',
  ];
  both(...page);
  write('lessons/zh/02-polling.md', ...page.map((line) => line.replace('Why', '为什么').replace('not a', '不是')));
  write('crates/a.rs', ...code('open', ...rows(40), '', '   '), 'between', ...code('deliver', 'one'));
  expect(checkLessons(repository)).toEqual([]);
});

describe('a region', () => {
  const shown = '../../crates/a.rs#open';
  const cases: [string, string[], string][] = [
    ['missing', code('opened', 'x'), 'there is no such region; begin it with the line `// #region open`'],
    ['twice', [...code('open', 'x'), ...code('open', 'y')], 'the region stands there 2 times; rename all but one'],
    ['empty', code('open', '', '\t'), 'the region is empty; move its marks around what is to be shown'],
    ['too long', code('open', ...rows(41)), 'the region has 41 lines, at most 40 can be read; make it two regions'],
    ['without an end', code('open', 'x').slice(0, -1), 'the region has no end; close it with the line `// #endregion`'],
  ];

  it.each(cases)('that is %s is told, with the way out', (_, source, fault) => {
    both('# One', `<<< ${shown}`);
    write('crates/a.rs', ...source);
    expect(checkLessons(repository)).toEqual(inBoth(`${shown}: ${fault}`));
  });

  it.each(['{2}', '{2 rust}', ' [a.rs]', '{2} [a.rs]'])('is looked for whatever stands behind it: %s', (behind) => {
    both(`<<< ${shown}${behind}`);
    write('crates/a.rs', 'nothing');
    expect(checkLessons(repository)).toEqual(inBoth(`${shown}: ${cases[0]![2]}`));
  });

  it('of a file that is not there is told', () => {
    both(`<<< ${shown}`);
    expect(checkLessons(repository)).toEqual(
      inBoth(`${shown}: there is no such file; the path begins at the page's own folder`),
    );
  });

  it('must be named: a whole file is not shown', () => {
    both('<<< ../../crates/a.rs');
    write('crates/a.rs', 'x');
    expect(checkLessons(repository)).toEqual(
      inBoth('../../crates/a.rs: no region is named; write ../../crates/a.rs#NAME to show a part of the file'),
    );
  });
});

describe('the two languages', () => {
  const ways = 'give both the same headings, regions and components in the same order';
  const quiz = '<QuizItem id="a" question="?" />';
  const pages: [string, string[], string[], string][] = [
    [
      'depth of a heading',
      ['# One', '', '## Two'],
      ['# 一', '', '### 二'],
      'en:3 has the heading ##, zh:3 has the heading ###',
    ],
    ['number of headings', ['# One'], ['# 一', '## 二'], 'en has nothing more, zh:2 has the heading ##'],
    [
      'regions',
      ['<<< ../../a.rs#one'],
      ['<<< ../../a.rs#two'],
      'en:1 has <<< ../../a.rs#one, zh:1 has <<< ../../a.rs#two',
    ],
    [
      'highlighted line',
      ['<<< ../../a.rs#one{1}'],
      ['<<< ../../a.rs#one'],
      'en:1 has <<< ../../a.rs#one{1}, zh:1 has <<< ../../a.rs#one',
    ],
    ['components', ['<Remember>a</Remember>', quiz], [quiz], 'en:1 has <Remember >, zh:1 has <QuizItem id="a">'],
    ['quiz ids', [quiz], [quiz.replace('"a"', '"b"')], 'en:1 has <QuizItem id="a">, zh:1 has <QuizItem id="b">'],
    ['order', ['# One', quiz], [quiz, '# 一'], 'en:1 has the heading #, zh:1 has <QuizItem id="a">'],
    [
      'lines below code',
      ['```', '# a', '```', '# One'],
      ['```', '# a', '```', '## 一'],
      'en:4 has the heading #, zh:4 has the heading ##',
    ],
  ];

  it.each(pages)('may not differ in their %s', (_, en, zh, told) => {
    write('lessons/en/02-polling.md', ...en);
    write('lessons/zh/02-polling.md', ...zh);
    write('a.rs', ...code('one', 'x'), ...code('two', 'x'));
    const [one, other] = told.split(', ').map((side) => side.replace(/^(en|zh)/, 'lessons/$1/02-polling.md'));
    expect(checkLessons(repository)).toEqual([`${one}, but ${other}: ${ways}`]);
  });

  it.each([
    ['en', 'zh'],
    ['zh', 'en'],
  ])('are both there: a page in %s alone is told, and its regions are looked at all the same', (here, gone) => {
    both('# One');
    write(`lessons/${here}/03-long-polling.md`, '<<< ../../a.rs#one');
    write('a.rs', 'nothing');
    expect(checkLessons(repository)).toEqual([
      `lessons/${here}/03-long-polling.md has no partner: write lessons/${gone}/03-long-polling.md with the same shape`,
      `lessons/${here}/03-long-polling.md: ../../a.rs#one: there is no such region; begin it with the line \`// #region one\``,
    ]);
  });
});

it('tells every fault of every page, so that one build is enough to see them all', () => {
  both('<<< ../../a.rs#one', '<<< ../../a.rs#two');
  write('lessons/en/03-long-polling.md', '# One');
  write('lessons/zh/03-long-polling.md', '## 一');
  write('a.rs', 'nothing');
  expect(checkLessons(repository)).toHaveLength(5);
});
