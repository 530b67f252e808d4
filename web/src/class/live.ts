// The live connection of a page to its class: what happens there, downwards; and upwards what a phone says of itself.
// It comes back by itself. Commands of the presenter travel by POST, where a refusal has a status and a reason.

import { ref, shallowRef } from 'vue';

import { post, token, type Refusal, type Refused } from '../presenter.ts';
import { Backoff, rest } from '../transports/shared.ts';
import type { WayName } from '../types.ts';
import { whenMoved } from './moved.ts';
import type { ClassState, Command, Cost, Mark, Told } from './state.ts';

/** Who looks on is told the cost of the lanes each second: after this long without a word the connection is dead. */
const SILENCE_MS = 10_000;
/** The server drops whoever says more than 20 things a second: what a phone got is told half as often. */
const GOT_MS = 100;
/** Where a tab keeps what brings it back to its number. */
const KEY = 'class-key';

/** A phone that has joined. */
export interface You {
  number: number;
  lane: WayName;
}

type Ear<T extends unknown[]> = (...told: T) => void;

export class Live {
  /** As it was told last; it stays while the connection is away. */
  readonly state = shallowRef<ClassState | null>(null);
  /** Whether the connection stands. While it does not, marks are missed. */
  readonly open = ref(false);
  /** This phone, once it has joined. */
  readonly you = shallowRef<You | null>(null);
  /** What became of the newest command: why it was refused, with the server's own words; null if it was not. */
  readonly refused = shallowRef<Refused | null>(null);

  readonly #marks = new Set<Ear<[marks: readonly Mark[], left_out: number]>>();
  readonly #costs = new Set<Ear<[lanes: Record<WayName, Cost>, at_us: number]>>();
  readonly #waves = new Set<Ear<[seq: number, got: readonly number[]]>>();
  readonly #life = new AbortController();
  readonly #backoff = new Backoff();
  #socket: WebSocket | null = null;
  /** The lane that this phone asked for, null for any; undefined on a page that only looks on. */
  #wish: WayName | null | undefined;
  #newest: { epoch: string; seq: number } | null = null;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(state: ClassState) {
    this.state.value = state;
    this.#life.signal.addEventListener(
      'abort',
      whenMoved(this.state, () => location.reload()),
    );
    void this.#run(this.#life.signal);
  }

  /** Calls `ear` with what passed on the boards' own connections, about 20 times a second, until what it returns is
   *  called. `left_out` says how many marks more there were. */
  onMarks(ear: Ear<[marks: readonly Mark[], left_out: number]>): () => void {
    return listen(this.#marks, ear);
  }

  /** The same with what the lanes use, once a second; `at_us` is when that was read. */
  onCost(ear: Ear<[lanes: Record<WayName, Cost>, at_us: number]>): () => void {
    return listen(this.#costs, ear);
  }

  /** The same with the numbers of the phones that got a tick. */
  onWave(ear: Ear<[seq: number, got: readonly number[]]>): () => void {
    return listen(this.#waves, ear);
  }

  /** Joins as a phone, or changes to another lane. Null: the class chooses. */
  join(lane: WayName | null): void {
    this.#wish = lane;
    this.#say({ join: lane, ...kept() });
  }

  /** This phone got a tick. Of many in a tenth of a second the newest is told. */
  got(epoch: string, seq: number): void {
    this.#newest = { epoch, seq };
    if (this.#resting === undefined) this.#tellNewest();
  }

  bet(way: WayName): void {
    this.#say({ bet: way });
  }

  /** Asks for something as the presenter. Null if it was done. Never rejects. */
  async command(command: Command): Promise<null | Refusal> {
    const answer = await post('/api/class', command);
    this.refused.value = 'why' in answer ? answer : null;
    return this.refused.value?.why ?? null;
  }

  /** One of those who asked for it does not need it any more; with the last one it ends. */
  stop(): void {
    users -= 1;
    if (users > 0) return;
    found = null;
    clearTimeout(this.#resting);
    this.#life.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#visit(signal);
      this.open.value = false;
      await rest(this.#backoff.next(), signal).catch(() => {}); // it fails when there is no next visit
    }
  }

  /** One connection, from its handshake to its end. */
  #visit(signal: AbortSignal): Promise<void> {
    const url = new URL('/api/class/live', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = new WebSocket(url);
    this.#socket = socket;
    let watch: ReturnType<typeof setTimeout> | undefined;
    return new Promise((done) => {
      const end = () => {
        clearTimeout(watch);
        signal.removeEventListener('abort', end);
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
        done();
      };
      signal.addEventListener('abort', end);
      socket.onopen = () => this.#greet();
      socket.onclose = end;
      socket.onmessage = ({ data }: MessageEvent<string>) => {
        clearTimeout(watch);
        // A phone is told only what changes, and that may be nothing for long.
        if (this.#wish === undefined) watch = setTimeout(end, SILENCE_MS);
        this.#hear(JSON.parse(data) as Told);
      };
    });
  }

  #greet(): void {
    if (token.value) this.#say({ presenter: token.value });
    // It keeps its lane, also where the class has forgotten it.
    if (this.#wish !== undefined) this.#say({ join: this.#wish ?? this.you.value?.lane ?? null, ...kept() });
  }

  #hear(told: Told): void {
    if (told.type === 'class') {
      this.state.value = told;
      this.open.value = true;
      this.#backoff.reset();
    } else if (told.type === 'taps') for (const ear of this.#marks) ear(told.marks, told.left_out);
    else if (told.type === 'cost') for (const ear of this.#costs) ear(told.lanes, told.at_us);
    else if (told.type === 'wave') for (const ear of this.#waves) ear(told.seq, told.got);
    else if (told.type === 'you') {
      this.you.value = { number: told.number, lane: told.lane };
      keep(told.key);
    }
    // An `error` is about what was true a moment ago, as a bet just after they were closed: the state says it too.
  }

  #tellNewest(): void {
    this.#resting = undefined;
    if (!this.#newest) return;
    this.#say({ got: this.#newest });
    this.#newest = null;
    this.#resting = setTimeout(() => this.#tellNewest(), GOT_MS);
  }

  /** What is said while there is no connection is not said later: a join is repeated with the next one. */
  #say(what: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(what));
  }
}

function listen<T>(ears: Set<T>, ear: T): () => void {
  ears.add(ear);
  return () => void ears.delete(ear);
}

/** What brings this tab back to its number after it has slept, if it has joined before. */
function kept(): { key?: string } {
  try {
    const key = sessionStorage.getItem(KEY);
    return key ? { key } : {};
  } catch {
    return {}; // a browser that keeps nothing: then it is a new phone
  }
}

function keep(key: string): void {
  try {
    sessionStorage.setItem(KEY, key);
  } catch {
    // As above.
  }
}

let found: Promise<Live | null> | null = null;
let users = 0;

/** The class that this page is in, or null where there is none (`fourways run`). It is asked for once and shared; each
 *  that asked calls `stop` once. */
export async function findClass(): Promise<Live | null> {
  users += 1;
  found ??= find();
  return found;
}

async function find(): Promise<Live | null> {
  const backoff = new Backoff();
  const wait = () => new Promise((done) => setTimeout(done, backoff.next()));
  for (;;) {
    const answer = await fetch('/api/class', { cache: 'no-store' }).catch(() => null);
    if (answer?.status === 404 || answer?.status === 204) return null;
    if (answer?.ok) return new Live((await answer.json()) as ClassState);
    await wait(); // the server is away, or busy: whether there is a class, only it knows
  }
}
