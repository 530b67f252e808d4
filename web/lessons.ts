// What must hold for every page before it is built: each code region that it shows exists once, is not empty and has
// at most 40 lines, and the English and the Chinese page have the same shape.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const LINES_MAX = 40;

/** The faults of all pages, in words: what, where, the way out; none if they can be built. */
export function checkLessons(repository: string): string[] {
  const folder = join(repository, 'lessons');
  const names = (lang: string) =>
    readdirSync(join(folder, lang))
      .filter((name) => name.endsWith('.md'))
      .sort();
  const [en, zh] = [names('en'), names('zh')];
  const faults: string[] = [];
  for (const name of new Set([...en, ...zh])) {
    const paths = ['en', 'zh'].map((lang) => join(folder, lang, name));
    const there = paths.filter((path) => existsSync(path));
    const [one, other] = paths.map((path) => relative(repository, path));
    if (there.length === 2) faults.push(...pairFaults(repository, paths));
    else if (there[0] === paths[0]) faults.push(`${one} has no partner: write ${other} with the same shape`);
    else faults.push(`${other} has no partner: write ${one} with the same shape`);
    for (const path of there) faults.push(...regionFaults(repository, path));
  }
  return faults;
}

/** The first place at which the two languages of a page differ: what follows it is mostly its consequence. */
function pairFaults(repository: string, paths: string[]): string[] {
  const [en, zh] = paths.map((path) => shape(readFileSync(path, 'utf8'))) as [Mark[], Mark[]];
  const place = Array.from({ length: Math.max(en.length, zh.length) }).findIndex(
    (_, index) => en[index]?.text !== zh[index]?.text,
  );
  if (place < 0) return [];
  const [one, other] = [en, zh].map((marks, lang) => {
    const path = relative(repository, paths[lang]!);
    const mark = marks[place];
    return mark ? `${path}:${mark.line} has ${mark.text}` : `${path} has nothing more`;
  });
  return [`${one}, but ${other}: give both the same headings, regions and components in the same order`];
}

interface Mark {
  /** Counted from 1. */
  line: number;
  text: string;
}

/** Headings by their depth, shown regions, components and quiz ids: what both languages must share. */
function shape(text: string): Mark[] {
  const lines = text.replace(/^```[\s\S]*?^```$/gm, (code) => code.replace(/[^\n]/g, '')).split('\n');
  return lines.flatMap((line, index) => {
    const heading = /^(#+) /.exec(line)?.[1];
    const shown = /^<<< (\S+)/.exec(line)?.[1];
    const tags = [...line.matchAll(/<([A-Z]\w+)([^>]*)/g)].map(([, tag, rest]) => {
      const id = /\b(?:id|way|name|control|against)="[^"]*"/g;
      return `<${tag} ${(rest!.match(id) ?? []).join(' ')}>`;
    });
    const all = [...(heading ? [`the heading ${heading}`] : []), ...(shown ? [`<<< ${shown}`] : []), ...tags];
    return all.map((text) => ({ line: index + 1, text }));
  });
}

function regionFaults(repository: string, page: string): string[] {
  const faults: string[] = [];
  for (const [, shown] of readFileSync(page, 'utf8').matchAll(/^<<< +([^\s{]+)/gm)) {
    const [file, region] = shown!.split('#');
    const path = resolve(dirname(page), file!);
    const where = `${relative(repository, page)}: ${shown}`;
    if (!region) faults.push(`${where}: no region is named; write ${file}#NAME to show a part of the file`);
    else if (!existsSync(path))
      faults.push(`${where}: there is no such file; the path begins at the page's own folder`);
    else faults.push(...oneRegion(readFileSync(path, 'utf8'), region).map((fault) => `${where}: ${fault}`));
  }
  return faults;
}

function oneRegion(source: string, name: string): string[] {
  const lines = source.split('\n');
  const starts = lines.flatMap((line, index) => (line.trim() === `// #region ${name}` ? [index] : []));
  if (starts.length === 0) return [`there is no such region; begin it with the line \`// #region ${name}\``];
  if (starts.length > 1) return [`the region stands there ${starts.length} times; rename all but one`];
  const start = starts[0]! + 1;
  const end = lines.findIndex((line, index) => index >= start && line.trim().startsWith('// #endregion'));
  if (end < 0) return ['the region has no end; close it with the line `// #endregion`'];
  const inside = lines.slice(start, end).filter((line) => line.trim() !== '');
  if (inside.length === 0) return ['the region is empty; move its marks around what is to be shown'];
  if (inside.length <= LINES_MAX) return [];
  return [`the region has ${inside.length} lines, at most ${LINES_MAX} can be read; make it two regions`];
}
