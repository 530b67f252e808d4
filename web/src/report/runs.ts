// The runs that the server has: their list, and one of them.

import { fault, type Machine, type Text, type View } from './view.ts';

export interface Run {
  name: string;
  title: Text;
  /** RFC 3339, UTC. */
  started: string;
  machine: Machine | string;
}

/** `silent`: no answer; `broken`: an answer that is no run, and why. */
export class Unread extends Error {
  constructor(
    readonly kind: 'silent' | 'broken',
    why = '',
  ) {
    super(why);
  }
}

/** Newest first; empty if there are none. */
export async function list(signal: AbortSignal): Promise<Run[]> {
  const runs = await read('/api/reports', signal);
  if (runs === null) return [];
  if (!Array.isArray(runs)) throw new Unread('broken', '/api/reports: not a list');
  return (runs as Run[]).toSorted((a, b) => b.started.localeCompare(a.started));
}

export const addressOf = (name: string) => `/api/reports/${encodeURIComponent(name)}`;

export async function load(name: string, signal: AbortSignal): Promise<View> {
  const view = await read(addressOf(name), signal);
  const wrong = view === null ? 'there is no such run' : fault(view);
  if (wrong !== null) throw new Unread('broken', `${addressOf(name)}: ${wrong}`);
  return view as View;
}

/** What stands there as JSON, or null if nothing does. */
async function read(path: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(path, { signal, headers: { Accept: 'application/json' } }).catch((error: unknown) => {
    throw signal.aborted ? error : new Unread('silent');
  });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Unread('broken', `${path}: ${answer.status}`);
  return answer.json().catch(() => {
    throw new Unread('broken', `${path}: not JSON`);
  });
}
