// What a class is, exactly as its server says it: `GET /api/class` and the messages of `/api/class/live`. What can be
// asked of it, exactly as `POST /api/class` reads it. Instants ending in `_us` are Unix microseconds of the server.

import type { Coming } from '../presenter.ts';
import type { WayName } from '../types.ts';

/** What the road of a lane does to the bytes on it. Null: not at all. */
export interface Weather {
  /** One way, in each direction. 0 to 5,000. */
  delay_ms: number;
  /** At most, on top of the delay. 0 to 5,000. */
  jitter_ms: number;
  /** Bits a second downwards. 1,000 to 1,000,000,000. */
  rate_bits: number | null;
  /** Nothing passes; the bytes wait. */
  stall: boolean;
  /** Answers without end are held until 4,096 bytes have come. */
  lumps: boolean;
  /** The road itself reads so slowly: back-pressure reaches the server. 1,000 to 1,000,000,000. */
  slow_reader_bits: number | null;
  /** Requests on new connections are answered by this. */
  refuse: 503 | 204 | null;
  /** 100 to 600,000. */
  cut_every_ms: number | null;
}

/** Fair weather: nothing is spoiled. */
export const FAIR: Weather = {
  delay_ms: 0,
  jitter_ms: 0,
  rate_bits: null,
  stall: false,
  lumps: false,
  slow_reader_bits: null,
  refuse: null,
  cut_every_ms: null,
};

/** `starting` has a process that does not listen yet, `draining` one that ends in good order, `down` has none. */
export type Standing = 'starting' | 'up' | 'draining' | 'down';

/** The last break of a lane that was asked for by `cut` or `half-open`. */
export interface Break {
  kind: 'cut' | 'half-open';
  /** For so long nobody was to come in; 0: it was over at once. */
  for_ms: number;
  /** It was to come on each connection behind so many bytes more; null: at once. */
  after_bytes: number | null;
  at_us: number;
  /** When it was over: the same instant, when everybody could come in again, or when the last connection had its bytes.
   *  Null: it still stands. */
  until_us: number | null;
  /** How many connections it met. */
  connections: number;
}

/** A time in which a lane had no server, from one process to the next. */
export interface Away {
  /** `kill`: it ended without a word, by order or by itself. */
  why: 'kill' | 'restart' | 'deploy';
  from_us: number;
  /** Null as long as it lasts. */
  until_us: number | null;
}

export interface LaneState {
  way: WayName;
  /** Of its road, at the host of the page. */
  port: number;
  state: Standing;
  pid: number | null;
  /** How its last process ended, `exit 1` or `SIGKILL`; null as long as the next one is up. */
  exit: string | null;
  /** Since when it is in this state. */
  since_us: number;
  /** When nobody served last, however short it was; null if somebody has from the beginning. */
  last_away: Away | null;
  weather: Weather;
  last_break: Break | null;
  /** Further subscribers, from a generator. */
  extra: number;
  /** Whether they come back at differing times. */
  jitter: boolean;
}

export interface ClassMarket {
  seed: number;
  /** Prices a second, all symbols together. */
  rate: number;
  symbols: string[];
  start_us: number;
  epoch: string;
  /** The market that was announced and has not begun. */
  next: Coming | null;
}

/** Where the presenter is in a demo. */
export interface SceneState {
  id: string;
  step: number;
}

export interface Bets {
  open: boolean;
  /** Nobody sees the counts before the bets are closed. */
  hidden: boolean;
  /** When these were opened, or the last ones: it tells them from all others. Null: there were none yet. */
  opened_us: number | null;
  /** How many have bet. */
  placed: number;
  /** Null while they are hidden. */
  counts: Record<WayName, number> | null;
}

export interface ClassState {
  lanes: LaneState[];
  market: ClassMarket;
  /** A lane that has ended is left alone; otherwise it starts again after 2 s. */
  leave_dead: boolean;
  scene: SceneState | null;
  bets: Bets;
  phones: { joined: number; lanes: Record<WayName, number> };
  /** Where phones join, one for each network of the machine; none if only this machine is let in. */
  addresses: { name: string; url: string }[];
  remote_control: boolean;
}

/** What a piece of the wire is. A `request` goes up; an `answer` is a head, its `body` follows it. */
export type MarkKind =
  | 'opened'
  | 'request'
  | 'answer'
  | 'body'
  | 'event'
  | 'message'
  | 'ping'
  | 'pong'
  | 'close'
  | 'lost'
  | 'ended';

/** One piece that passed a road. `client` is the `?lane=` of its requests; `came_us` is when the road received it,
 *  `went_us` when it handed it on; `seq` is the newest event in it. */
export type Mark = [
  client: string,
  connection: number,
  up: boolean,
  kind: MarkKind,
  came_us: number,
  went_us: number,
  bytes: number,
  seq: number | null,
];

/** What a lane has used: totals of its process and its road, so that the difference of two is what lies between. Null:
 *  the system does not tell, or there is no process. Another `pid` begins anew. */
export interface Cost {
  pid: number | null;
  cpu_us: number | null;
  rss_bytes: number | null;
  sockets: number | null;
  /** Connections on the road now. */
  open: number;
  /** Accepted by the road since the class began, and refused. */
  connections: number;
  refused: number;
  /** The most that were accepted within any 200 ms since this was told last. Absent where the server does not tell. */
  knocks_max?: number | null;
  bytes_up: number;
  bytes_down: number;
}

/** A message of the live connection. */
export type Told =
  | ({ type: 'class' } & ClassState)
  | { type: 'taps'; marks: Mark[]; left_out: number }
  | { type: 'cost'; at_us: number; lanes: Record<WayName, Cost> }
  | { type: 'wave'; seq: number; got: number[] }
  | { type: 'you'; number: number; lane: WayName; key: string }
  | { type: 'error'; title: string };

/** What the presenter can ask for. Without `lanes` it is about all four. Weather is set as a whole: what is absent is
 *  fair. */
export type Command =
  | { do: 'weather'; lanes?: WayName[]; weather?: Partial<Weather> }
  | { do: 'cut'; lanes?: WayName[]; for_ms?: number; after_bytes?: number }
  | { do: 'mend' | 'half-open' | 'kill' | 'restart' | 'deploy'; lanes?: WayName[] }
  | { do: 'leave-dead'; on: boolean }
  | { do: 'market'; rate?: number; symbols?: number }
  | { do: 'extra'; lanes?: WayName[]; count: number; jitter?: boolean }
  | { do: 'scene'; id: string | null; step?: number }
  | { do: 'bets'; open: boolean; hidden?: boolean };
