// What must hold for every page before it is built: each code region that it shows exists once, is not empty and has
// at most 40 lines, and the English and the Chinese page have the same shape.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const LINES_MAX = 40;

/** The faults of all pages, in words; none if they can be built. */
export function checkLessons(repository: string): string[] {
  const folder = join(repository, 'lessons');
  const names = (lang: string) =>
    readdirSync(join(folder, lang))
      .filter((name) => name.endsWith('.md'))
      .sort();
  const [en, zh] = [names('en'), names('zh')];
  const faults: string[] = [];
  for (const name of new Set([...en, ...zh])) {
    if (!en.includes(name) || !zh.includes(name)) {
      faults.push(`lessons: ${name} exists in one language only`);
      continue;
    }
    const paths = ['en', 'zh'].map((lang) => join(folder, lang, name));
    const shapes = paths.map((path) => shape(readFileSync(path, 'utf8')));
    const place = shapes[0]!.findIndex((line, index) => line !== shapes[1]![index]);
    const length = Math.min(shapes[0]!.length, shapes[1]!.length);
    if (place >= 0 || shapes[0]!.length !== shapes[1]!.length) {
      const at = place >= 0 ? place : length;
      faults.push(
        `lessons/*/${name} differ: en has ${shapes[0]![at] ?? 'nothing'}, zh has ${shapes[1]![at] ?? 'nothing'}`,
      );
    }
    for (const path of paths) faults.push(...regionFaults(repository, path));
  }
  return faults;
}

/** Headings by their depth, shown regions, components and quiz ids: what both languages must share. */
function shape(text: string): string[] {
  const lines = text.replace(/^```[\s\S]*?^```$/gm, '```').split('\n');
  return lines.flatMap((line) => {
    const heading = /^(#+) /.exec(line)?.[1];
    const shown = /^<<< (\S+)/.exec(line)?.[1];
    const tags = [...line.matchAll(/<([A-Z]\w+)([^>]*)/g)].map(([, tag, rest]) => {
      const id = /\b(?:id|way|name|control|against)="[^"]*"/g;
      return `<${tag} ${(rest!.match(id) ?? []).join(' ')}>`;
    });
    return [...(heading ? [heading] : []), ...(shown ? [`<<< ${shown}`] : []), ...tags];
  });
}

function regionFaults(repository: string, page: string): string[] {
  const faults: string[] = [];
  for (const [, shown] of readFileSync(page, 'utf8').matchAll(/^<<< (\S+?)(?:\{.*)?$/gm)) {
    const [file, region] = shown!.split('#');
    const path = resolve(dirname(page), file!);
    const where = `${relative(repository, page)}: ${shown}`;
    if (!region) faults.push(`${where} names no region`);
    else if (!existsSync(path)) faults.push(`${where}: there is no such file`);
    else faults.push(...oneRegion(readFileSync(path, 'utf8'), region).map((fault) => `${where}: ${fault}`));
  }
  return faults;
}

function oneRegion(source: string, name: string): string[] {
  const lines = source.split('\n');
  const starts = lines.flatMap((line, index) => (line.trim() === `// #region ${name}` ? [index] : []));
  if (starts.length !== 1) return [starts.length === 0 ? 'there is no such region' : 'the region stands there twice'];
  const start = starts[0]! + 1;
  const end = lines.findIndex((line, index) => index >= start && line.trim().startsWith('// #endregion'));
  if (end < 0) return ['the region has no end'];
  const inside = lines.slice(start, end).filter((line) => line.trim() !== '');
  if (inside.length === 0) return ['the region is empty'];
  return inside.length > LINES_MAX ? [`the region has ${inside.length} lines, at most ${LINES_MAX} can be read`] : [];
}
