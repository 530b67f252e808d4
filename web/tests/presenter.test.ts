// The token of the presenter: it leaves the address at once, outlives a reload, travels as a header, and every refusal
// has its word. No browser, no server: the few things of one that it touches are played here.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { boardWords } from '../src/components/board-words.ts';
import { among, next, RATES, SYMBOLS } from '../src/components/settings.ts';
import { change, take, token, type Refusal } from '../src/presenter.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const address = { pathname: '/en/board', search: '?a=1', hash: '' };
const shown: string[] = [];
let store: Map<string, string>;

beforeEach(() => {
  address.hash = '';
  shown.length = 0;
  store = new Map();
  token.value = null;
  vi.stubGlobal('location', address);
  vi.stubGlobal('history', {
    state: { kept: true },
    replaceState: (state: unknown, _: string, url: string) => {
      expect(state).toEqual({ kept: true });
      shown.push(url);
      address.hash = '';
    },
  });
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => store.get(name) ?? null,
    setItem: (name: string, value: string) => store.set(name, value),
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('the token', () => {
  it('leaves the address and stays in the tab', () => {
    address.hash = `#presenter=${TOKEN}`;
    take();
    expect([shown, token.value]).toEqual([['/en/board?a=1'], TOKEN]);
    token.value = null; // a reload
    take();
    expect([shown.length, token.value]).toEqual([1, TOKEN]);
  });

  it('is not looked for in other fragments', () => {
    address.hash = '#the-shape';
    take();
    expect([shown, token.value]).toEqual([[], null]);
  });

  it('is not forgotten for an empty one', () => {
    store.set('presenter', TOKEN);
    address.hash = '#presenter=';
    take();
    expect([shown, token.value]).toEqual([['/en/board?a=1'], TOKEN]);
  });

  it('lasts as long as the page where nothing may be kept', () => {
    const refuse = () => {
      throw new Error('denied');
    };
    vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse });
    address.hash = `#presenter=${TOKEN}`;
    take();
    take();
    expect([shown, token.value]).toEqual([['/en/board?a=1'], TOKEN]);
  });
});

describe('a change', () => {
  const answer = (status: number, body: unknown = {}) => {
    const fetch = vi.fn(async (_path: string, _options: RequestInit) => Response.json(body, { status }));
    vi.stubGlobal('fetch', fetch);
    return fetch;
  };

  it('is sent with the token as a header, and nowhere else', async () => {
    token.value = TOKEN;
    const coming = { epoch: 'aaaaaa', at_us: 5, rate: 20, symbols: ['ACME'] };
    const fetch = answer(202, coming);
    expect(await change({ rate: 20 })).toEqual(coming);
    const [path, options] = fetch.mock.calls[0]!;
    expect([path, options.method, options.body]).toEqual(['/api/market', 'POST', '{"rate":20}']);
    expect(options.headers).toEqual({ 'Content-Type': 'application/json', Authorization: `Bearer ${TOKEN}` });
  });

  it('that is refused says why, in both languages', async () => {
    const told: (unknown | Refusal)[] = [];
    for (const status of [401, 403, 400, 503]) {
      answer(status);
      told.push(await change({ symbols: 4 }));
    }
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
    told.push(await change({ symbols: 4 }));
    expect(told).toEqual(['token', 'far', 'refused', 'refused', 'silent']);
    for (const refusal of told as Refusal[]) {
      expect(boardWords.en.refusals[refusal]).toMatch(/\.$/);
      expect(boardWords.zh.refusals[refusal]).toMatch(/\p{Script=Han}.*。$/u);
    }
  });
});

describe('the lists', () => {
  it('hold what the command line set, in its place', () => {
    expect(among(RATES, 10)).toEqual(RATES);
    expect(among(RATES, 3)).toEqual([0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200]);
    expect(next(among(RATES, 3), 3)).toBe(5);
    expect(next(among(SYMBOLS, 16), 16)).toBe(1);
  });
});
