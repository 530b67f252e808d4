// Unit tests run in plain Node; what needs a browser is tested in one, by Playwright (`*.spec.ts`).

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { environment: 'node', include: ['tests/**/*.test.ts'] },
});
