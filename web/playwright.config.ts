// The page in a real browser: Debian's Chromium, against the built binary.

import { execFileSync } from 'node:child_process';

import { defineConfig } from '@playwright/test';

function chromium(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const find = 'command -v chromium || command -v chromium-browser || command -v google-chrome';
  return execFileSync('sh', ['-c', find], { encoding: 'utf8' }).trim();
}

export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  // What takes minutes: `LONG=1 npx playwright test --grep @long`, as `just test-long` does.
  ...(!process.env.LONG && { grepInvert: /@long/ }),
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  reporter: 'list',
  use: {
    launchOptions: {
      executablePath: chromium(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
