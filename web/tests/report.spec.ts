// The report in a browser: as one file without a server or a network, and on the page with the server's runs.

import { readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { expect, type Page } from '@playwright/test';

import { Server } from '../../clients/node/server.mjs';
import { SERVERS, SYNTHETIC } from './report-synthetic.ts';
import { LANGS, test, violations } from './site.ts';

const form = readFileSync(new URL('../dist-report/report.html', import.meta.url), 'utf8');
const EMPTY = '<script type="application/json" id="run">null</script>';

/** The address of a file that holds this, as `fourways compare` would write it. */
async function written(path: string, run: string): Promise<string> {
  const filled = form.replace(EMPTY, () => EMPTY.replace('null', () => run.replaceAll('<', '\\u003c')));
  await writeFile(path, filled);
  return pathToFileURL(path).href;
}

/** What the browser complains about, and every request but the one for the file. */
function watched(page: Page, address: string): string[] {
  const wrong: string[] = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) wrong.push(request.url());
  });
  return wrong;
}

const finding = SYNTHETIC.findings[0]!;

test.describe('the single file', () => {
  test('is one file with one place for a run', () => {
    expect(form.split(EMPTY)).toHaveLength(2);
    expect(form).not.toMatch(/(?:src|href)="(?!data:)[^"#]/);
  });

  for (const lang of LANGS) {
    test(`shows everything without a network, ${lang}`, async ({ page }, info) => {
      const address = await written(info.outputPath('report.html'), JSON.stringify(SYNTHETIC));
      const wrong = watched(page, address);
      await page.goto(`${address}?lang=${lang}`);
      await expect(page.locator('h1')).toHaveText(finding[lang]);
      await expect(page.locator('html')).toHaveAttribute('lang', lang === 'zh' ? 'zh-CN' : 'en');
      await expect(page.locator('svg[role="img"]')).toHaveCount(3);
      await expect(page.getByRole('table')).toHaveCount(4);
      for (const width of [1920, 1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width}`).toBeLessThanOrEqual(width);
      }
      expect(wrong).toEqual([]);
    });

    for (const colorScheme of ['light', 'dark'] as const) {
      test(`can be used by everybody, ${lang}, ${colorScheme}`, async ({ page }, info) => {
        await page.emulateMedia({ colorScheme });
        await page.goto(`${await written(info.outputPath('report.html'), JSON.stringify(SYNTHETIC))}?lang=${lang}`);
        await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
        expect(await violations(page)).toEqual([]);
      });
    }
  }

  for (const width of [1920, 1280, 390]) {
    test(`has no name on another where there are many series, ${width}`, async ({ page }, info) => {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${await written(info.outputPath('report.html'), JSON.stringify(SERVERS))}?lang=en`);
      await expect(page.locator('h3', { hasText: 'node' })).toHaveCount(2);
      const names = await page.locator('svg[role="img"]').evaluateAll((pictures) =>
        pictures.map((picture) =>
          [...picture.querySelectorAll('text.name')].map((name) => {
            const { left, right, top, bottom } = name.getBoundingClientRect();
            return { text: name.textContent!.trim(), left, right, top, bottom };
          }),
        ),
      );
      expect(names.map((of) => of.length)).toEqual(Array.from({ length: 6 }, () => 4));
      expect(await violations(page)).toEqual([]);
      for (const of of names) {
        for (const [place, a] of of.entries()) {
          expect(a.right, a.text).toBeLessThanOrEqual(width);
          for (const b of of.slice(place + 1)) {
            // Lines of text may touch: what is above and below the letters is empty.
            const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 6 || b.bottom <= a.top + 6;
            expect(apart, `${JSON.stringify(a)} ${JSON.stringify(b)}`).toBe(true);
          }
        }
      }
    });
  }

  test('changes language and theme, and gives its figures away', async ({ page }, info) => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`${await written(info.outputPath('report.html'), JSON.stringify(SYNTHETIC))}?lang=en`);
    await page.getByRole('button', { name: '中文' }).click();
    await expect(page.locator('h1')).toHaveText(finding.zh);
    await page.getByRole('button', { name: '深色' }).click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: 'JSON' }).click();
    const file = await coming;
    expect(file.suggestedFilename()).toBe('fourways-synthetic.json');
    expect(JSON.parse(readFileSync(await file.path(), 'utf8'))).toEqual(JSON.parse(JSON.stringify(SYNTHETIC)));
  });

  test('by keys alone: another load, another cost, why a figure is missing', async ({ page }, info) => {
    await page.goto(`${await written(info.outputPath('report.html'), JSON.stringify(SYNTHETIC))}?lang=en`);
    const frontier = page.locator('svg[role="img"]').first();
    await page.getByRole('group', { name: 'Cost' }).getByRole('button', { name: 'bytes' }).press('Enter');
    await expect(frontier).toHaveAttribute('aria-label', /SSE: [\d.]+\u202fms, 1\.10\u202fkB/);
    await page.getByRole('button', { name: 'delivery p99: missing, why?' }).press('Enter');
    await expect(page.locator('[popover]:popover-open')).toContainText('the generator was saturated');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '10 clients', exact: true }).press('Enter');
    await expect(page.getByRole('button', { name: /missing, why/ })).toHaveCount(0);
    await page.getByRole('button', { name: 'delivery p50' }).press('Enter');
    await expect(page.locator('[popover]:popover-open')).toContainText('what “delivery p50” means');
  });

  test('without a run, or with something else, says what to do', async ({ page }, info) => {
    for (const [run, words] of [
      ['null', 'empty form'],
      ['{"cells":1}', '"cells" is not a list'],
      ['{', 'not JSON'],
    ] as const) {
      await page.goto(`${await written(info.outputPath('report.html'), run)}?lang=en`);
      await expect(page.locator('main')).toContainText(words);
      await expect(page.locator('code')).toHaveText('fourways compare report FILE.json');
    }
  });

  test('goes onto paper: light, and every missing figure with its reason', async ({ page }, info) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${await written(info.outputPath('report.html'), JSON.stringify(SYNTHETIC))}?lang=en`);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
    await expect(page.getByRole('button', { name: '中文' })).toBeHidden();
    await expect(page.locator('.reasons').first()).toBeVisible();
  });
});

test.describe('the page', () => {
  const RUNS = ['old', 'new'].map((name, place) => ({
    name,
    title: SYNTHETIC.title,
    started: `2026-11-2${place}T14:00:00Z`,
    machine: SYNTHETIC.machine,
  }));

  async function runs(page: Page, list: unknown[]): Promise<void> {
    await page.route('**/api/reports', (route) => route.fulfill({ json: list }));
    await page.route('**/api/reports/*', (route) => {
      const name = new URL(route.request().url()).pathname.split('/').at(-1)!;
      const found = { en: `SYNTHETIC ${name}`, zh: `合成数据 ${name}` };
      return route.fulfill({ json: { ...SYNTHETIC, findings: [found] } });
    });
  }

  for (const lang of LANGS) {
    test(`shows the newest run, and another one, ${lang}`, async ({ page, wrong }) => {
      await runs(page, RUNS);
      await page.goto(`/${lang}/reports`);
      await expect(page.locator('h1')).toHaveText(/ new$/);
      expect(await violations(page)).toEqual([]);
      await page.locator('.bar select').selectOption('old');
      await expect(page.locator('h1')).toHaveText(/ old$/);
      await page.reload();
      await expect(page.locator('h1')).toHaveText(/ old$/);
      for (const width of [1920, 1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width}`).toBeLessThanOrEqual(width);
      }
      expect(wrong).toEqual([]);
    });

    test(`says how to make the first run, ${lang}`, async ({ page }) => {
      await page.route('**/api/reports', (route) => route.fulfill({ status: 404, json: { title: 'nothing' } }));
      await page.goto(`/${lang}/reports`);
      await expect(page.locator('main p').first()).toContainText('just compare');
      await expect(page.locator('h1')).toHaveCount(1);
      expect(await violations(page)).toEqual([]);
    });
  }

  test('says that the server is silent, and tries again', async ({ page }) => {
    await page.route('**/api/reports', (route) => route.abort());
    await page.goto('/en/reports');
    await expect(page.getByRole('alert')).toContainText('does not answer');
    await page.unrouteAll();
    await runs(page, RUNS);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.locator('h1')).toHaveText('SYNTHETIC new');
  });

  test('says what is wrong with a run', async ({ page }) => {
    await runs(page, RUNS);
    await page.route('**/api/reports/new', (route) => route.fulfill({ json: { cells: [] } }));
    await page.goto('/en/reports');
    await expect(page.getByRole('alert')).toContainText('/api/reports/new: "figures" is not a list');
    const problem = { title: 'this run cannot be shown', detail: 'new.json is not text; remove it' };
    await page.route('**/api/reports/new', (route) => route.fulfill({ status: 404, json: problem }));
    await page.goto('/zh/reports');
    await expect(page.getByRole('alert')).toContainText('/api/reports/new：this run cannot be shown: new.json is not');
  });

  test('lets only the presenter start a run, shows its progress and then its report', async ({ page }) => {
    const list: unknown[] = [];
    await page.route('**/api/reports', (route) => route.fulfill({ json: list }));
    await page.goto('/en/reports?run=old');
    await expect(page.getByText('just compare')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Quick run' })).toHaveCount(0);

    await runs(page, list);
    await page.addInitScript(() => sessionStorage.setItem('presenter', 'secret'));
    const step = (done: number) =>
      `data: ${JSON.stringify({ seq: done + 1, at: 1, job: 'abc123', done, total: 4, percent: done * 25, state: done < 4 ? 'running' : 'done' })}\n\n`;
    const asked: (string | undefined)[] = [];
    await page.route('**/api/compare', async (route) => {
      asked.push(
        (await route.request().headerValue('authorization')) ?? undefined,
        route.request().postData() ?? undefined,
      );
      await route.fulfill({ json: { job: 'abc123' } });
    });
    // The stream is cut after the first steps; the browser comes back and hears the rest.
    let cuts = 0;
    let goOn = () => {};
    const seen = new Promise<void>((resolve) => (goOn = resolve));
    await page.route('**/sse/progress?job=abc123', async (route) => {
      cuts += 1;
      if (cuts > 1) {
        await seen;
        list.push(...RUNS);
      }
      const body = cuts === 1 ? `retry: 10\n\n${step(1)}${step(2)}` : `${step(3)}${step(4)}`;
      await route.fulfill({ contentType: 'text/event-stream', body });
    });
    await page.reload();
    await page.getByRole('button', { name: 'Quick run' }).click();
    await expect(page.getByRole('progressbar')).toHaveAttribute('value', '2');
    await expect(page.locator('.told')).toContainText('50\u202f%');
    goOn();
    await expect(page.locator('h1')).toHaveText('SYNTHETIC new');
    expect(new URL(page.url()).search, 'the address no longer names another run').toBe('');
    expect(asked).toEqual(['Bearer secret', '{"scenario":"quick"}']);
    await expect(page.getByRole('button', { name: 'Quick run' })).toBeVisible();
  });

  test('says why a run did not begin', async ({ page }) => {
    await runs(page, []);
    await page.addInitScript(() => sessionStorage.setItem('presenter', 'secret'));
    await page.route('**/api/compare', (route) =>
      route.fulfill({ status: 409, json: { title: 'a run is going on', detail: 'wait for its end' } }),
    );
    await page.goto('/en/reports');
    await page.getByRole('button', { name: 'Quick run' }).click();
    await expect(page.getByRole('alert')).toContainText('a run is going on: wait for its end');
  });
});

test.describe('the server', () => {
  /** A real server whose results lie in a directory of its own. */
  async function startedIn(directory: string): Promise<Server> {
    await mkdir(directory);
    const here = process.cwd();
    process.chdir(directory);
    try {
      return await Server.start();
    } finally {
      process.chdir(here);
    }
  }

  test('measures for the presenter alone, and shows what it measured', async ({ page }, info) => {
    const directory = info.outputPath('runs');
    const server = await startedIn(directory);
    const quick = page.getByRole('button', { name: 'Quick run' });
    const committed = (await server.json('/api/reports')) as unknown[];
    await page.goto(`${server.origin}/en/reports`);
    if (committed.length === 0) await expect(page.getByText('just compare')).toBeVisible();
    else await expect(page.locator('.bar option')).toHaveCount(committed.length);
    await expect(quick).toHaveCount(0);
    const refused = await page.evaluate(() =>
      fetch('/api/compare', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"scenario":"quick"}',
      }).then(({ status }) => status),
    );
    expect(refused).toBe(401);

    // The address of the presenter, opened as such: the token leaves it, and the page offers a run.
    await page.goto('about:blank');
    await page.goto(`${server.origin}/en/reports#presenter=${server.token}`);
    await expect(page).toHaveURL(`${server.origin}/en/reports`);
    // The button asks for the whole scenario. Here it is a small one of the same kind.
    const tiny = { scenario: 'quick', ways: ['ws', 'sse'], clients: 5, rounds: 1, duration: '1s' };
    await page.route('**/api/compare', (route) => route.continue({ postData: JSON.stringify(tiny) }));
    await quick.click();
    await expect(page.getByRole('progressbar')).toHaveAttribute('max', '2');
    await expect(page.locator('.bar option')).toHaveCount(committed.length + 1, { timeout: 30_000 });
    await expect(page.locator('.bar option').first()).toContainText('The four ways, quickly');
    await expect(page.getByRole('table').first()).toContainText('WebSocket');
    await expect(quick).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    const results = await readdir(`${directory}/fourways-results`);
    expect(results).toEqual([expect.stringMatching(/^quick-\d{8}T\d{6}Z\.json$/)]);
    await server.stop();
  });
});
