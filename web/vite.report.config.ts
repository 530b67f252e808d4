// The report as one file, dist-report/report.html: everything stands in it, so that it opens anywhere, offline.
// `fourways compare` writes a run in the place of `null` in its element `run`.

import { resolve } from 'node:path';

import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

/** Puts scripts and styles where the page asked for them. */
function inline(): Plugin {
  return {
    name: 'fourways:inline',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const page of Object.values(bundle)) {
        if (page.type !== 'asset' || !page.fileName.endsWith('.html')) continue;
        const taken = (path: string): string => {
          const name = path.replace(/^\.?\//, '');
          const file = bundle[name] ?? this.error(`${page.fileName} asks for ${name}, which was not built`);
          delete bundle[name];
          return file.type === 'chunk' ? file.code : String(file.source);
        };
        page.source = String(page.source)
          .replace(
            /<link rel="stylesheet"[^>]*href="([^"]+)"[^>]*>/g,
            (_, path: string) => `<style>${taken(path)}</style>`,
          )
          .replace(/<script type="module"[^>]*src="([^"]+)"[^>]*><\/script>/g, (_, path: string) => {
            // What ends a script would end it here too; in a string of JavaScript `\/` is `/`.
            return `<script type="module">${taken(path).replaceAll('</script', '<\\/script')}</script>`;
          });
      }
      const rest = Object.keys(bundle).filter((name) => !name.endsWith('.html'));
      if (rest.length > 0) this.error(`the report is not one file: ${rest.join(', ')}`);
    },
  };
}

export default defineConfig({
  root: resolve(import.meta.dirname, 'report'),
  base: './',
  logLevel: 'warn',
  plugins: [vue(), inline()],
  build: {
    outDir: resolve(import.meta.dirname, 'dist-report'),
    emptyOutDir: true,
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: { input: resolve(import.meta.dirname, 'report/report.html') },
  },
});
