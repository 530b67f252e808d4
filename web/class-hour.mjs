// An hour of a class: `just class-hour`, or fewer minutes, as in `just class-hour 10`. The board of a real class at 20
// events/s stands in Chromium, and once a minute everything that could grow is read and printed: the heap of the page
// after a collection, its nodes and listeners, the memory of its process, and that of the class and its four lanes. Ends
// with 1 when anything grew by more than 20 MB, and when the page said an error or lost a lane.
//
// Growth is from the mean of the first three readings from minute 5 on to the mean of the last three: what is kept of the
// past fills up first. In a run of less than twelve minutes it is from a third of the time on, and says less.

import { setTimeout } from 'node:timers/promises';

import { BarePage } from './bare-page.mjs';
import { countersOf, counted, countInPage, launch } from './chromium.mjs';
import { Classroom } from './classroom.mjs';
import { machine } from './cost-table.mjs';
import { memoryOf } from './processes.mjs';

const MINUTES = Number(process.argv[2] ?? 60);
const MINUTE_MS = 60_000;
const SETTLED_MINUTE = 5;
const EVENTS_PER_SECOND = 20;
const GROWTH_MB = 20;
const LANES = 4;

if (!Number.isInteger(MINUTES) || MINUTES < 3) {
  console.error(`class-hour: "${process.argv[2]}" minutes: give a whole number of at least 3, or none for 60`);
  process.exit(1);
}

/** What is printed of a reading, in this order; what may not grow has a limit. */
const COLUMNS = [
  { name: 'heap MB', of: ({ heap }) => heap / 1e6, digits: 2, bounded: true },
  { name: 'renderer own MB', of: ({ renderer }) => renderer?.own / 1e6, digits: 1, bounded: true },
  { name: 'renderer PSS MB', of: ({ renderer }) => renderer?.pss / 1e6, digits: 1 },
  { name: 'nodes', of: ({ nodes }) => nodes, digits: 0 },
  { name: 'listeners', of: ({ listeners }) => listeners, digits: 0 },
  { name: 'class RSS MB', of: ({ supervisor }) => supervisor?.resident / 1e6, digits: 1, bounded: true },
  { name: 'lanes RSS MB', of: ({ lanes }) => lanes / 1e6, digits: 1, bounded: true },
  { name: 'longest task ms', of: ({ longest_ms }) => longest_ms, digits: 0 },
  { name: 'redraws /s', of: ({ redraws }) => redraws, digits: 1 },
];
const told = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '–');

/** Runs in the page before its own code: calls `lost` whenever a lane that has lived does not, or its server is not up. */
function watchLanes() {
  const lived = new WeakSet();
  new MutationObserver((changes) => {
    for (const lane of new Set(changes.map(({ target }) => target))) {
      const { way, state, server } = lane.dataset;
      const well = state === 'live' && server === 'up';
      if (well) lived.add(lane);
      else if (lived.has(lane)) window.lost(`${way}: ${state}, its server ${server}`);
    }
  }).observe(document, { subtree: true, attributeFilter: ['data-state', 'data-server'] });
}

/** The process that draws the page: of all, the one that has worked most. */
async function rendererOf(browser) {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  return processInfo.filter(({ type }) => type === 'renderer').toSorted((a, b) => b.cpuTime - a.cpuTime)[0].id;
}

const where = machine();
const wrong = [];
const readings = [];
const classroom = await Classroom.start();
const browser = await launch();
const version = browser.version();
let ended = false;
try {
  await classroom.market(EVENTS_PER_SECOND, 1);
  const page = await BarePage.open(browser, 1920, 1080);
  let began = performance.now();
  const note = (what) => {
    if (ended) return;
    const line = `minute ${((performance.now() - began) / MINUTE_MS).toFixed(1)}: ${what}`;
    wrong.push(line);
    console.error(line);
  };
  page.onTrouble(note);
  page.on('Runtime.bindingCalled', ({ payload }) => note(`lost lane: ${payload}`));
  void classroom.gone.then(() => note('the class ended'));
  await page.send('Runtime.addBinding', { name: 'lost' });
  await page.before(countInPage);
  await page.before(watchLanes);
  await page.send('Page.navigate', { url: classroom.page });
  await page.until('four lanes that live', () => document.querySelectorAll('[data-state="live"]').length === 4);
  const counters = await countersOf(page);
  await counted(page);
  began = performance.now();
  let [last, given] = [began, await classroom.given()];
  console.log(['minute', ...COLUMNS.map(({ name }) => name)].join('  '));
  for (let minute = 1; minute <= MINUTES; minute += 1) {
    await setTimeout(Math.max(0, began + minute * MINUTE_MS - performance.now()));
    // Before the collection, which takes the page's time, too.
    const { longest_ms, redraws } = await counted(page);
    const { JSHeapUsedSize, Nodes, JSEventListeners } = await counters.clean();
    const now = performance.now();
    const givenNow = await classroom.given();
    for (const way of Object.keys(given))
      if (givenNow[way] <= given[way]) note(`${way} has given nothing for a minute`);
    const { lanes } = await classroom.state();
    readings.push({
      heap: JSHeapUsedSize,
      nodes: Nodes,
      listeners: JSEventListeners,
      renderer: memoryOf(await rendererOf(browser)),
      supervisor: memoryOf(classroom.pid),
      lanes: lanes.reduce((sum, { pid }) => sum + (memoryOf(pid)?.resident ?? NaN), 0),
      longest_ms,
      redraws: (1000 * Math.min(...redraws)) / (now - last),
    });
    [last, given] = [now, givenNow];
    await counted(page);
    const cells = COLUMNS.map(({ name, of, digits }) => told(of(readings.at(-1)), digits).padStart(name.length));
    console.log([String(minute).padStart(6), ...cells].join('  '));
  }
} finally {
  ended = true;
  await browser.close();
  await classroom.stop();
}

const mean = (all) => all.reduce((sum, one) => sum + one, 0) / all.length;
const settled = MINUTES < 12 ? Math.ceil(MINUTES / 3) : SETTLED_MINUTE;
const few = Math.min(3, MINUTES - settled);
console.log(`\ngrowth from minute ${settled} to ${MINUTES}, means of ${few} readings each; at most ${GROWTH_MB} MB:`);
for (const { name, of, digits, bounded } of COLUMNS.filter((column) => column.bounded)) {
  const all = readings.map(of);
  const [first, then] = [mean(all.slice(settled - 1, settled - 1 + few)), mean(all.slice(-few))];
  const held = !(then - first > GROWTH_MB);
  if (bounded && !held) wrong.push(`${name} grew`);
  const verdict = Number.isFinite(then - first) ? (held ? 'holds' : 'missed') : 'this system does not tell';
  console.log(`${name}: ${told(first, digits)} to ${told(then, digits)}, ${told(then - first, digits)}; ${verdict}`);
}
const longest = Math.max(...readings.map(({ longest_ms }) => longest_ms));
console.log(`longest task of 50 ms or more: ${longest.toFixed(0)} ms; 0: none took 50 ms`);
console.log(
  `${MINUTES} minutes, ${LANES} lanes of ${EVENTS_PER_SECOND} events/s at 1920x1080, a presenter's board; heap after a collection; own: private pages of /proc/PID/smaps_rollup`,
);
console.log(`${where}; Chromium ${version}, headless`);
if (wrong.length > 0) {
  console.error(`class-hour: ${wrong.length} went wrong:\n${wrong.map((line) => `  ${line}`).join('\n')}`);
  process.exit(1);
}
