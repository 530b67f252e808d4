// Where the specifications say it: the section of each field, and the address of each section.

import type { FieldName } from './field.ts';

/** Null: the format is this project's own. Headers have theirs beside their words. */
export const SPECS: Record<Exclude<FieldName, 'header'>, string | null> = {
  'request-line': 'RFC 9112 3',
  'status-line': 'RFC 9112 4',
  'after': null,
  'head-end': 'RFC 9112 2.1',
  'chunk-size': 'RFC 9112 7.1',
  'chunk-end': 'RFC 9112 7.1',
  'last-chunk': 'RFC 9112 7.1',
  'sse-id': 'HTML 9.2.6',
  'sse-event': 'HTML 9.2.6',
  'sse-data': 'HTML 9.2.6',
  'sse-retry': 'HTML 9.2.6',
  'sse-comment': 'HTML 9.2.5',
  'sse-other': 'HTML 9.2.6',
  'line-end': 'HTML 9.2.5',
  'block-end': 'HTML 9.2.6',
  'frame-head': 'RFC 6455 5.2',
  'frame-length': 'RFC 6455 5.2',
  'frame-mask': 'RFC 6455 5.3',
  'close-code': 'RFC 6455 7.4',
  'close-reason': 'RFC 6455 5.5.1',
  'ping-data': 'RFC 6455 5.5.2',
  'binary': 'RFC 6455 5.6',
  'update': null,
  'cursor': null,
  'gap': null,
  'error': null,
  'envelope': null,
  'unread': null,
};

/** Of a frame by its opcode; of all frames where there is none. */
export const FRAME_SPECS: Record<number, string> = { 8: 'RFC 6455 5.5.1', 9: 'RFC 6455 5.5.2', 10: 'RFC 6455 5.5.3' };

const PLACES: Record<string, string> = {
  'HTML 9.2.4': 'https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header',
  'HTML 9.2.5': 'https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream',
  'HTML 9.2.6': 'https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation',
  'Fetch, CORS protocol': 'https://fetch.spec.whatwg.org/#http-cors-protocol',
  'Fetch, Origin': 'https://fetch.spec.whatwg.org/#origin-header',
  'Fetch, nosniff': 'https://fetch.spec.whatwg.org/#x-content-type-options-header',
  'Fetch Metadata': 'https://www.w3.org/TR/fetch-metadata/',
  'Client Hints': 'https://wicg.github.io/ua-client-hints/',
  'CSP, Upgrade Insecure Requests': 'https://www.w3.org/TR/upgrade-insecure-requests/',
  'nginx, proxy_buffering': 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering',
};

/** `RFC 6455 5.2` has its own address; the living ones are named. */
export function addressOf(spec: string): string {
  const rfc = /^RFC (\d+) ([\d.]+)$/.exec(spec);
  if (rfc) return `https://www.rfc-editor.org/rfc/rfc${rfc[1]}#section-${rfc[2]}`;
  const place = PLACES[spec];
  if (!place) throw new Error(`there is no address of ${spec}`);
  return place;
}
