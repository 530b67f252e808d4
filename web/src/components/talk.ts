// A WebSocket that talks back: its filter is changed by a message on the open connection, not by a new one. What is
// drawn of it goes on over the change. The lanes of the board never say anything; this one is lesson 08's.

import type { LaneRecord } from '../lane/record.ts';
import { Exchange, why } from '../transports/exchange.ts';
import { after, Backoff, held, Unexplained, wait } from '../transports/shared.ts';
import type { Told } from '../transports/ws.ts';
import type { Lane, Tell } from '../types.ts';

/** How many messages are kept to be shown. */
const KEPT = 8;
/** The server says something every 15 s: after this long without a word the connection is dead. */
const SILENCE_MS = 40_000;

export interface Message {
  id: number;
  mine: boolean;
  text: string;
}

export class Talk {
  record: LaneRecord;
  messages: Message[] = [];
  connections = 0;
  sent = 0;
  came = 0;
  #lane: Lane;
  #socket: WebSocket | null = null;
  #backoff = new Backoff();
  /** What is told goes to the record of the symbol that is wanted now. */
  #tell: Tell = {
    state: (state) => this.record.state(state),
    asked: (id, at) => this.record.asked(id, at),
    answered: (id, at, news) => this.record.answered(id, at, news),
    closed: (id, at, lost) => this.record.closed(id, at, lost),
    event: (epoch, event, at) => this.record.event(epoch, event, at),
    gap: (gap) => this.record.gap(gap),
    end: () => this.record.end(),
  };

  constructor(
    public symbol: string,
    private readonly make: (symbol: string) => LaneRecord,
  ) {
    this.record = make(symbol);
    this.#lane = { topic: 'stock-price', origin: '', query: '', cursor: '', interval_ms: 0, hold_s: 0 };
  }

  /** Connects, and again whenever the connection is lost, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#tell.state({ name: 'connecting' });
      const lost = await this.#connect(signal).catch(async (reason: unknown) => {
        if (!(reason instanceof Unexplained) || signal.aborted) return reason;
        return why(`/poll/stock-price?${this.#lane.query}`, this.#tell, signal).catch((refusal: unknown) => refusal);
      });
      if (!(await wait(lost, this.#backoff, this.#tell, signal))) return;
    }
  }

  /** Says it on the open connection, or on the next. */
  subscribe(symbol: string): void {
    this.symbol = symbol;
    this.#lane.cursor = '';
    const before = this.record;
    this.record = this.make(symbol);
    this.record.state(before.now);
    const open = before.exchanges.at(-1);
    if (open?.closed === null) {
      this.record.asked(open.id, open.asked);
      if (open.answered !== null) this.record.answered(open.id, open.answered, true);
    }
    if (this.#socket?.readyState === WebSocket.OPEN) this.#say(this.#socket);
  }

  #say(socket: WebSocket): void {
    const text = JSON.stringify({ op: 'subscribe', symbols: [this.symbol] });
    socket.send(text);
    this.sent += 1;
    this.#keep(true, text);
  }

  #connect(signal: AbortSignal): Promise<void> {
    const asked = this.symbol;
    this.#lane.query = `symbols=${encodeURIComponent(asked)}`;
    const url = new URL(`/ws/stock-price?${this.#lane.query}${after(this.#lane)}`, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    this.#socket = socket;
    const exchange = new Exchange(this.#tell);
    let [epoch, opened] = ['', false];
    return held(SILENCE_MS, signal, ({ lose, heard }) => {
      socket.onopen = heard(() => {
        opened = true;
        this.connections += 1;
        exchange.answered(true);
        if (this.symbol !== asked) this.#say(socket);
      });
      socket.onmessage = heard(({ data }: MessageEvent<string>) => {
        this.came += 1;
        this.#keep(false, data);
        const told = JSON.parse(data) as Told;
        if (told.type === 'hello') {
          epoch = told.epoch;
          this.#tell.state({ name: 'live' });
        } else if (told.type === 'gap') this.#tell.gap(told);
        else if (told.type !== 'error') {
          // Between our word and the new hello a price of the old symbol may still come: the record passes it over.
          if (!told.type) this.#tell.event(epoch, told, performance.now());
          this.#lane.cursor = told.type ? told.cursor : `${epoch}-${told.seq}`;
          this.#backoff.reset();
        }
      });
      socket.onclose = ({ code }) => lose(opened ? new Error(`closed ${code}`) : new Unexplained());
    }).finally(() => {
      socket.onopen = socket.onmessage = socket.onclose = null;
      exchange.closed(!signal.aborted);
      socket.close();
    });
  }

  #keep(mine: boolean, text: string): void {
    this.messages = [...this.messages, { id: this.sent + this.came, mine, text }].slice(-KEPT);
  }
}
