// The presenter's page: the one that was opened by the address that the server printed. Behind its `#` stands the token
// that lets it change the market. It leaves the address at once, so that it is in no bookmark and in no picture of the
// screen, and travels as a header only.

import { ref } from 'vue';

/** A market that was announced and has not begun. `at_us`: when it will, by the clock of the server. */
export interface Coming {
  epoch: string;
  at_us: number;
  rate: number;
  symbols: string[];
}

/** What can be changed; what is absent stays. */
export interface Change {
  /** Prices a second, all symbols together. */
  rate?: number;
  /** How many symbols. */
  symbols?: number;
}

/** Why nothing was changed: the token is not this server's, this is another machine, the server said no for another
 *  reason, or it said nothing. */
export type Refusal = 'token' | 'far' | 'refused' | 'silent';

const NAME = 'presenter';
const PATIENCE_MS = 5000;

/** Null: this page only watches. */
export const token = ref<string | null>(null);

/** Takes the token out of the address, or else what this tab was given before. */
export function take(): void {
  const given = /^#presenter=(\w*)/.exec(location.hash);
  if (given) history.replaceState(history.state, '', location.pathname + location.search);
  try {
    if (given?.[1]) sessionStorage.setItem(NAME, given[1]);
    token.value = sessionStorage.getItem(NAME);
  } catch {
    // A browser that keeps nothing: then it lasts as long as this page.
    if (given?.[1]) token.value = given[1];
  }
}

/** A refusal, and what the server said to it, in English; empty if it said nothing. */
export interface Refused {
  why: Refusal;
  said: string;
}

/** Asks the server for another market. Never rejects. */
export async function change(wish: Change): Promise<Coming | Refusal> {
  const answer = await post<Coming>('/api/market', wish);
  return 'why' in answer ? answer.why : answer.done;
}

/** Posts what only the presenter may. Never rejects. */
export async function post<T>(path: string, wish: object): Promise<{ done: T } | Refused> {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token.value ?? ''}` },
      body: JSON.stringify(wish),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.ok) return { done: (await answer.json()) as T };
    const why = answer.status === 401 ? 'token' : answer.status === 403 ? 'far' : 'refused';
    return { why, said: inWords(await answer.json().catch(() => ({}))) };
  } catch {
    return { why: 'silent', said: '' };
  }
}

/** A problem of RFC 9457 in one line: what is wrong, where, and the way out. */
function inWords(problem: { title?: string; where?: string; detail?: string }): string {
  const place = [problem.title, problem.where].filter(Boolean).join(', ');
  return [place, problem.detail].filter(Boolean).join(': ');
}

// While the page is built there is no address.
if (typeof window !== 'undefined') {
  take();
  addEventListener('hashchange', take);
}
