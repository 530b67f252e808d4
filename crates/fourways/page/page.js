// Draws what the four ways hear. Counts only what can be known, and only by `textContent`.

import { HOLD_S, longPoll, poll, sse, ws } from './lanes.js';
import { bytes, seconds, two, whole, words } from './words.js';

const WAYS = [['poll', '●', poll], ['long-poll', '■', longPoll], ['ws', '◆', ws], ['sse', '▼', sse]];
const INTERVALS_S = [0.5, 1, 2, 5];
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const dark = matchMedia('(prefers-color-scheme: dark)');
const byId = (id) => document.getElementById(id);
const kept = { // what the reader chose; without storage it lasts until the page is left
  get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode */ } },
};

let language = kept.get('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
let say = words[language] ?? words.en;
let market = { symbols: [], rate: null, epoch: null };
let clock = { offset_ms: 0, error_ms: null };
let symbol = 'ACME';
let interval_s = 1;
let lanes = [];
let since = 0;
let running = new AbortController();

const here = () => performance.timeOrigin + performance.now();
const serverNow = () => here() + clock.offset_ms;

// The lanes: a new count for every choice, so that the four can always be compared.

function begin() {
  running.abort();
  since = here();
  lanes = WAYS.map(([way, glyph, run], place) => {
    const id = `${way}-${Math.random().toString(36).slice(2, 10)}`;
    const query = `stock-price?symbols=${encodeURIComponent(symbol)}&lane=${id}`;
    return {
      way, glyph, run, id, query, cursor: null, every_ms: interval_s * 1000, fields: fieldsOf(way, place),
      epoch: null, event: null, received: 0, missed: 0, atLeast: false, state: 'connecting', until: 0,
      counted: null, before: { requests: 0, bytes_up: 0, bytes_down: 0 },
    };
  });
  if (document.hidden) pause();
  else resume();
}

function resume() {
  running = new AbortController();
  const { signal } = running;
  for (const lane of lanes) lane.run(lane, ear(lane, signal), signal);
}

function pause() {
  running.abort();
  for (const lane of lanes) lane.state = 'paused';
}

/** What a lane tells. Nothing is heard from a lane that is over. */
function ear(lane, signal) {
  return {
    state(state, ms = 0) {
      if (!signal.aborted) Object.assign(lane, { state, until: here() + ms });
    },
    // A gap of this epoch shows in the numbers as well. What was lost of another epoch, nobody can count.
    gap({ first, reason }) {
      if (!signal.aborted && first === null && reason !== 'epoch') lane.atLeast = true;
    },
    price(epoch, event) {
      if (signal.aborted || event.symbol !== symbol) return;
      const before = lane.epoch === epoch ? lane.event : null;
      if (before && event.seq <= before.seq) return;
      // The symbols take turns, so the numbers of one rise by their count; any other step has no meaning we know.
      const turns = before && market.epoch === epoch ? (event.seq - before.seq) / market.symbols.length : 1;
      if (Number.isInteger(turns)) lane.missed += turns - 1;
      else lane.atLeast = true;
      if (lane.epoch && lane.epoch !== epoch && lane.way === 'poll') lane.atLeast = true;
      Object.assign(lane, { epoch, event, received: lane.received + 1 });
      wash(lane);
    },
  };
}

// What the server knows: the market, the clock, the bytes. One request at a time: with polling, long polling and SSE
// that makes four connections, and a browser opens six to a host.

async function get(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(5000), cache: 'no-store' });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function readMarket() {
  const info = await get('/api/info');
  const changed = info.market.symbols.join() !== market.symbols.join();
  market = info.market;
  if (!market.symbols.includes(symbol)) [symbol] = market.symbols;
  if (changed) begin();
  speak();
}

/** As in NTP: of five exchanges the quickest says most. Half of its round trip bounds the error. */
async function readClock() {
  let best = Infinity;
  for (let round = 0; round < 5; round += 1) {
    const asked = here();
    const { received_us, sent_us } = await get('/api/time');
    const answered = here();
    const trip = answered - asked - (sent_us - received_us) / 1000;
    if (trip >= best) continue;
    best = trip;
    clock = { offset_ms: (received_us + sent_us) / 2000 - (asked + answered) / 2, error_ms: trip / 2 };
  }
}

async function readCount(lane) {
  const account = (await get(`/api/stats?lane=${lane.id}`)).accounts.find(({ way }) => way === lane.way);
  if (!account) return;
  const { requests, bytes_up, bytes_down } = account;
  // A server that started again counts from zero: what we saw of its count before stays.
  if (lane.counted && (requests < lane.counted.requests || bytes_down < lane.counted.bytes_down)) lane.before = total(lane);
  lane.counted = { requests, bytes_up, bytes_down };
}

function total({ before, counted }) {
  const sum = (name) => before[name] + counted[name];
  return { requests: sum('requests'), bytes_up: sum('bytes_up'), bytes_down: sum('bytes_down') };
}

async function chores() {
  for (let round = 0; ; round += 1) {
    const foreign = lanes.some(({ epoch }) => epoch && epoch !== market.epoch);
    try {
      if (!document.hidden && (market.epoch === null || foreign)) await readMarket();
      if (!document.hidden && round % 60 === 0) await readClock();
      for (const lane of lanes) if (!document.hidden) await readCount(lane);
    } catch { /* The server is away. The lanes say so, and the next round asks again. */ }
    await new Promise((done) => { setTimeout(done, 1000); });
  }
}

// Drawing.

const age = ({ event }) => seconds(Math.max(0, serverNow() - event.at / 1000) / 1000);

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function fieldsOf(way, place) {
  let section = document.querySelectorAll('#lanes section')[place];
  if (!section) {
    section = byId('lane').content.cloneNode(true).firstElementChild;
    section.dataset.way = way;
    section.setAttribute('aria-labelledby', `${way}-title`);
    section.querySelector('h2').id = `${way}-title`;
    byId('lanes').append(section);
  }
  return Object.fromEntries([...section.querySelectorAll('[data-field]')].map((node) => [node.dataset.field, node]));
}

function draw() {
  const newest = lanes.reduce((most, { event }) => Math.max(most, event?.at ?? 0), 0);
  for (const lane of lanes) {
    const { fields, event } = lane;
    const wait_s = Math.max(1, Math.ceil((lane.until - here()) / 1000));
    fields.state.dataset.state = lane.state;
    put(fields.state, say.states[lane.state](wait_s));
    put(fields.received, whole(lane.received));
    put(fields.missed, (lane.atLeast ? '≥ ' : '') + whole(lane.missed));
    const all = lane.received + lane.missed;
    put(fields.missedUnit, lane.missed > 0 ? `${Math.round((100 * lane.missed) / all)}\u202f%` : '');
    put(fields.price, event ? two(event.value) : '–');
    fields.price.classList.toggle('stale', Boolean(event) && event.at < newest);
    put(fields.age, event ? age(lane) : '–');
    put(fields.ageUnit, event ? say.seconds : '');
    const { requests, bytes_up, bytes_down } = lane.counted ? total(lane) : {};
    put(fields.requests, requests === undefined ? '–' : whole(requests));
    for (const [name, number] of [['up', bytes_up], ['down', bytes_down]]) {
      const [figure, unit] = number === undefined ? ['–', ''] : bytes(number);
      put(fields[name], figure);
      put(fields[`${name}Unit`], unit);
    }
  }
  put(byId('counted'), say.counted(Math.floor((here() - since) / 1000)));
  if (clock.error_ms !== null) put(byId('clock'), say.clock(clock.error_ms.toFixed(1)));
}

/** A new price washes its place, at most three times a second and never for those who asked for less motion. */
function wash(lane) {
  if (calm.matches || here() - (lane.washed ?? 0) < 340) return;
  lane.washed = here();
  const colour = 'color-mix(in srgb, var(--lane) 16%, transparent)';
  lane.fields.price.animate([{ backgroundColor: colour }, { backgroundColor: 'transparent' }], 600);
}

/** All words, in the language of now. */
function speak() {
  document.documentElement.lang = language;
  document.title = say.title;
  for (const node of document.querySelectorAll('[data-word]')) put(node, say[node.dataset.word]);
  for (const { way, glyph, fields } of lanes) {
    const { title, name, how } = say.lanes[way];
    for (const [field, text] of Object.entries({ title, glyph, name, how: how(interval_s, HOLD_S) })) put(fields[field], text);
  }
  put(byId('language'), say.other);
  byId('language').lang = say.otherLang;
  put(byId('theme'), isDark() ? say.light : say.dark);
  byId('symbol').replaceChildren(...market.symbols.map((name) => new Option(name, name, false, name === symbol)));
  byId('interval').replaceChildren(...INTERVALS_S.map((s) => new Option(say.option(s), s, false, s === interval_s)));
  if (market.rate) put(byId('feed'), say.feed(market.rate, market.symbols.length, symbol));
  const site = location.origin.replace('http://', ''); // curl takes plain HTTP when nothing is said
  put(byId('commands'), `curl ${site}/poll/stock-price\ncurl -N ${site}/sse/stock-price`);
  draw();
}

const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark';

byId('language').addEventListener('click', () => {
  kept.set('language', (language = say.otherLang));
  say = words[language];
  speak();
});
byId('theme').addEventListener('click', () => {
  kept.set('theme', (document.documentElement.dataset.theme = isDark() ? 'light' : 'dark'));
  speak();
});
byId('symbol').addEventListener('change', ({ target }) => { symbol = target.value; begin(); speak(); });
byId('interval').addEventListener('change', ({ target }) => { interval_s = Number(target.value); begin(); speak(); });
dark.addEventListener('change', speak);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return pause();
  resume();
  readClock().catch(() => {}); // The machine may have slept. Without an answer the old offset stays.
});

if (kept.get('theme')) document.documentElement.dataset.theme = kept.get('theme');
speak();
chores();
setInterval(draw, calm.matches ? 1000 : 100);
setInterval(() => {
  const line = (lane) => (lane.event ? say.spoken(say.lanes[lane.way].name, two(lane.event.value), age(lane)) : say.unheard(say.lanes[lane.way].name));
  if (!document.hidden) put(byId('spoken'), lanes.map(line).join(' '));
}, 10_000);
