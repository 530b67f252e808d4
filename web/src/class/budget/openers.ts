// What the lab opens, as a page would: nothing here comes back by itself, but what the browser does.

import type { Opener } from './lab.ts';

/** Its bytes are counted apart, and no two requests are the same to a cache. */
const path = (way: 'sse' | 'ws', number: number) => `/${way}/stock-price?lane=budget&number=${number}`;

/** An EventSource for each, in turn at each of these origins; '' is this page's own. */
export const streams =
  (origins: readonly string[]): Opener =>
  (number, hand) => {
    const source = new EventSource(`${origins[(number - 1) % origins.length] ?? ''}${path('sse', number)}`);
    source.onopen = () => hand.become('open');
    source.onmessage = () => hand.event();
    source.onerror = () => hand.become('lost');
    return () => source.close();
  };

/** A WebSocket for each. */
export const sockets: Opener = (number, hand) => {
  const url = new URL(path('ws', number), location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  socket.onopen = () => hand.become('open');
  socket.onclose = () => hand.become('lost');
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    // An event has no `type`; what the server says about the stream has one.
    if (!('type' in (JSON.parse(data) as object))) hand.event();
  };
  return () => socket.close();
};

/** The plain request, as small as there is one. */
export async function askTime(signal: AbortSignal): Promise<void> {
  const { ok, status } = await fetch('/api/time', { cache: 'no-store', signal });
  if (!ok) throw new Error(`/api/time: ${status}`);
}
