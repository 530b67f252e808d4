// The runs that the server has: their list, and one of them.

import { reason } from './reason.ts';
import { fault, type Machine, type Text, type View } from './view.ts';

export interface Run {
  name: string;
  title: Text;
  /** RFC 3339, UTC. */
  started: string;
  machine: Machine | string;
}

/** `silent`: no answer; `missing`: an answer that there is no such thing; `broken`: one that is no run; and why. */
export class Unread extends Error {
  constructor(
    readonly kind: 'silent' | 'missing' | 'broken',
    readonly why: Text = { en: '', zh: '' },
  ) {
    super(why.en);
  }
}

/** Newest first; empty if there are none. */
export async function list(signal: AbortSignal): Promise<Run[]> {
  const path = '/api/reports';
  const runs = await read(path, signal).catch((error: unknown) => {
    if (error instanceof Unread && error.kind === 'missing') return [];
    throw error;
  });
  if (!Array.isArray(runs)) throw new Unread('broken', of(path, { en: 'not a list', zh: '不是列表' }));
  return (runs as Run[]).toSorted((a, b) => b.started.localeCompare(a.started));
}

export const addressOf = (name: string) => `/api/reports/${encodeURIComponent(name)}`;

export async function load(name: string, signal: AbortSignal): Promise<View> {
  const view = await read(addressOf(name), signal);
  const wrong = fault(view);
  if (wrong !== null) throw new Unread('broken', of(addressOf(name), wrong));
  return view as View;
}

const of = (path: string, { en, zh }: Text): Text => ({ en: `${path}: ${en}`, zh: `${path}：${zh}` });

/** What stands there as JSON. */
async function read(path: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(path, { signal, headers: { Accept: 'application/json' } }).catch((error: unknown) => {
    throw signal.aborted ? error : new Unread('silent');
  });
  const body: unknown = await answer.json().catch((error: unknown) => {
    if (signal.aborted) throw error;
    if (answer.ok) throw new Unread('broken', of(path, { en: 'not JSON', zh: '不是 JSON' }));
  });
  if (answer.ok) return body;
  const said = reason(body) || `${answer.status} ${answer.statusText}`.trim();
  throw new Unread(answer.status === 404 ? 'missing' : 'broken', of(path, { en: said, zh: said }));
}
