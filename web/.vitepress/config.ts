// The site: its pages are ../lessons/en and ../lessons/zh, its code is src/.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { defineConfig } from 'vitepress';
import type { Plugin } from 'vite';

import { checkLessons } from '../lessons.ts';
import { cutHan } from './han.ts';

const repository = resolve(import.meta.dirname, '../..');

/** Bare imports of pages that lie outside this package are resolved as if they stood in it. */
function outside(): Plugin {
  return {
    name: 'fourways:outside',
    enforce: 'pre',
    resolveId(source, importer) {
      const bare = !source.startsWith('.') && !source.startsWith('/') && !source.startsWith('\0');
      if (!bare || !importer?.startsWith(join(repository, 'lessons'))) return null;
      return this.resolve(source, join(repository, 'web/src/page.ts'), { skipSelf: true });
    },
  };
}

/** A page may only be built if what it shows exists, and if its other language has the same shape. */
function strict(): Plugin {
  return {
    name: 'fourways:strict',
    buildStart() {
      const faults = checkLessons(repository);
      if (faults.length > 0) this.error(faults.join('\n'));
    },
  };
}

/** The course: every page of a language whose name begins with its number, by the title that the page itself has. */
function course(lang: 'en' | 'zh') {
  const folder = join(repository, 'lessons', lang);
  return readdirSync(folder)
    .filter((file) => /^\d\d-.*\.md$/.test(file))
    .sort()
    .map((file) => {
      const title = /^title: (.*)$/m.exec(readFileSync(join(folder, file), 'utf8'))?.[1] ?? file;
      return { text: `${file.slice(0, 2)} ${title}`, link: `/${lang}/${file.replace('.md', '')}` };
    });
}

function theme(lang: 'en' | 'zh') {
  const zh = lang === 'zh';
  const items = course(lang);
  return {
    nav: [
      ...items.slice(0, 1).map(({ link }) => ({ text: zh ? '课程' : 'Learn', link, activeMatch: `/${lang}/\\d` })),
      { text: zh ? '看板' : 'Board', link: `/${lang}/board` },
      { text: zh ? '线上的字节' : 'Bytes', link: `/${lang}/wire` },
      { text: zh ? '连接预算' : 'Connections', link: `/${lang}/budget` },
      { text: zh ? '报告' : 'Reports', link: `/${lang}/reports` },
    ],
    sidebar: items.length > 0 ? [{ text: zh ? '课程' : 'The course', items }] : [],
    outline: { label: zh ? '本课内容' : 'In this lesson' },
    docFooter: { prev: zh ? '上一课' : 'Previous', next: zh ? '下一课' : 'Next' },
    darkModeSwitchLabel: zh ? '深色' : 'Dark',
    lightModeSwitchTitle: zh ? '换成浅色' : 'Switch to light',
    darkModeSwitchTitle: zh ? '换成深色' : 'Switch to dark',
    sidebarMenuLabel: zh ? '课程' : 'Course',
    returnToTopLabel: zh ? '回到顶部' : 'Back to top',
    langMenuLabel: zh ? '语言' : 'Language',
    skipToContentLabel: zh ? '跳到正文' : 'Skip to content',
    notFound: zh
      ? { title: '这里没有页面', quote: '地址也许写错了。', linkText: '回首页', linkLabel: '回首页' }
      : { title: 'There is no page here', quote: 'The address may be mistyped.', linkText: 'Home', linkLabel: 'Home' },
  };
}

/** Moves VitePress's inline scripts into files, because the server's policy allows none inline. */
const inline = new Map<string, string>();

export default defineConfig({
  srcDir: '../lessons',
  srcExclude: ['exercises/**'],
  outDir: './dist',
  cleanUrls: true,
  title: 'fourways',
  titleTemplate: ':title · fourways',
  lastUpdated: false,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }]],
  locales: {
    en: { label: 'English', lang: 'en', description: 'One price, four conversations.', themeConfig: theme('en') },
    zh: { label: '中文', lang: 'zh-CN', description: '同一个价格，四种对话。', themeConfig: theme('zh') },
  },
  themeConfig: {
    siteTitle: 'fourways',
    search: {
      provider: 'local',
      options: {
        // MiniSearch cuts at spaces, and Chinese has none.
        miniSearch: { options: { tokenize: cutHan } },
        locales: {
          zh: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详情',
                resetButtonTitle: '清空',
                backButtonTitle: '关闭',
                noResultsText: '没有找到',
                footer: { selectText: '打开', navigateText: '上下移动', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
  },
  transformHtml(code) {
    return code.replace(/<script( id="[^"]*")?>([\s\S]*?)<\/script>/g, (_, id: string | undefined, text: string) => {
      const name = `inline-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.js`;
      inline.set(name, text);
      return `<script${id ?? ''} src="/assets/${name}"></script>`;
    });
  },
  buildEnd(site) {
    for (const [name, text] of inline) writeFileSync(join(site.outDir, 'assets', name), text);
    compressed(site.outDir);
  },
  vite: {
    plugins: [outside(), strict()],
    server: {
      fs: { allow: [repository] },
      proxy: Object.fromEntries(
        ['/poll', '/long-poll', '/sse', '/ws', '/api'].map((path) => [
          path,
          { target: 'http://127.0.0.1:8080', ws: path === '/ws' },
        ]),
      ),
    },
  },
});

/** Writes the br and gzip twins of everything that shrinks. */
function compressed(folder: string) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(html|js|css|svg|json)$/.test(file),
  );
  for (const file of files) {
    const path = join(folder, file);
    const text = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
  }
}
