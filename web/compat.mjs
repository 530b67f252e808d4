// Since when each browser has EventSource, for claim C12: one small file out of MDN's large one.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const PACKAGE = '@mdn/browser-compat-data';
// With their names as people write them.
const BROWSERS = {
  chrome: 'Chrome',
  firefox: 'Firefox',
  safari: 'Safari',
  edge: 'Edge',
  ie: 'IE',
  opera: 'Opera',
  safari_ios: 'Safari iOS',
  chrome_android: 'Chrome Android',
  firefox_android: 'Firefox Android',
  samsunginternet_android: 'Samsung Internet',
};
const OUT = new URL('../benches/claims/C12-data.json', import.meta.url);

const data = JSON.parse(readFileSync(createRequire(import.meta.url).resolve(PACKAGE), 'utf8'));
const { support } = data.api.EventSource.__compat;

const browsers = Object.entries(BROWSERS).map(([id, name]) => {
  // Of several statements the first is about the newest versions, and without a flag or a prefix.
  const added = [support[id]].flat()[0]?.version_added;
  if (added === undefined) {
    throw new Error(`${PACKAGE} ${data.__meta.version} says nothing of ${id}: take it out of BROWSERS`);
  }
  return { id, name, since: added };
});

const table = { package: PACKAGE, version: data.__meta.version, browsers };
writeFileSync(OUT, `${JSON.stringify(table, null, 2)}\n`);
console.log(`${OUT.pathname}: EventSource in ${browsers.length} browsers, from ${PACKAGE} ${table.version}`);
