// An EventSource on fetch, as far as the client needs one (HTML 9.2): Node has none. Like the browsers' it
// comes back by itself with the last id, gives up on any other status or type and on a head that is cut short
// (Chromium 156 and Firefox 153 both do), and forgets an event that was not finished.

export class FetchEventSource extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly #url: string;
  readonly #abort = new AbortController();
  #last_id = '';
  #retry_ms = 5;

  constructor(url: string) {
    super();
    this.#url = url;
    void this.#connect();
  }

  close(): void {
    this.readyState = 2;
    this.#abort.abort();
  }

  async #connect(): Promise<void> {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (this.#last_id) headers['last-event-id'] = this.#last_id;
    try {
      const answer = await fetch(this.#url, { headers, signal: this.#abort.signal });
      if (answer.status !== 200 || !answer.headers.get('content-type')?.startsWith('text/event-stream')) {
        await answer.body?.cancel();
        return this.#failed(2);
      }
      this.readyState = 1;
      this.onopen?.();
      let rest = '';
      for await (const text of answer.body!.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) this.#dispatch(block);
      }
    } catch (reason) {
      // A cut is the same as an end, unless it came in the midst of the head.
      const { socket } = ((reason as Error).cause ?? {}) as { socket?: { bytesRead: number } };
      if (this.readyState === 0 && socket?.bytesRead) return this.#failed(2);
    }
    this.#failed(0);
  }

  #failed(state: 0 | 2): void {
    if (this.readyState === 2) return;
    this.readyState = state;
    this.onerror?.();
    if (state === 0) setTimeout(() => this.readyState !== 2 && void this.#connect(), this.#retry_ms);
  }

  #dispatch(block: string): void {
    if (this.readyState === 2) return;
    let [name, data] = ['message', ''];
    for (const line of block.split('\n')) {
      const [field = '', value = ''] = line.split(/: (.*)/s);
      if (field === 'id') this.#last_id = value;
      else if (field === 'event') name = value;
      else if (field === 'data') data += `${value}\n`;
      else if (field === 'retry') this.#retry_ms = Number(value);
    }
    if (data) {
      this.dispatchEvent(new MessageEvent(name, { data: data.slice(0, -1), lastEventId: this.#last_id }));
    }
  }
}
