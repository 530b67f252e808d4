// The quick run: the presenter starts it, everybody may follow it. It is a job of the topic `progress`, and ends.

import { reason } from './reason.ts';

/** Where a run is. `state` is `running`, `done`, or what went wrong. */
export interface Step {
  done: number;
  total: number;
  percent: number;
  state: string;
}

/** Why a run did not begin: what the server said, or null if it said nothing. */
export class Refused extends Error {
  constructor(readonly said: string | null) {
    super(said ?? 'no answer');
  }
}

const PATIENCE_MS = 10_000;

/** Asks the server for a quick run and gives its job; throws [`Refused`]. */
export async function begin(token: string): Promise<string> {
  const answer = await fetch('/api/compare', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Authorization': `Bearer ${token}` },
    body: JSON.stringify({ scenario: 'quick' }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch(() => {
    throw new Refused(null);
  });
  const body = (await answer.json().catch(() => ({}))) as { job?: unknown };
  if (answer.ok && (typeof body.job === 'string' || typeof body.job === 'number')) return String(body.job);
  throw new Refused(reason(body) || `${answer.status} ${answer.statusText}`.trim());
}

/** Follows a job until it ends: resolves with its last state, or null when there is no such job any more. */
export function follow(job: string, each: (step: Step) => void, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const source = new EventSource(`/sse/progress?job=${encodeURIComponent(job)}`);
    const end = (state: string | null) => {
      source.close();
      resolve(state);
    };
    source.onmessage = ({ data }) => {
      const step = JSON.parse(String(data)) as Step;
      each(step);
      if (step.state !== 'running') end(step.state);
    };
    // A stream that was cut comes back by itself; one that the server refuses is closed for good.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) end(null);
    };
    signal.addEventListener('abort', () => end(null), { once: true });
  });
}

/** Seconds that are left if it goes on as it went since the first step; null while that cannot be said. */
export function left(first: { at: number; done: number }, now: number, step: Step): number | null {
  const made = step.done - first.done;
  if (made <= 0) return null;
  return ((now - first.at) / 1000 / made) * (step.total - step.done);
}
