// The board as its page has it: what is set and shown, and everything that can be done to it. In a class it runs its
// lanes on the roads of the class, and has more to show.

import { computed, onBeforeUnmount, onMounted, reactive, ref, shallowRef, watch } from 'vue';

import type { ClassBoard, ClassSight } from '../class/class-board.ts';
import { findClass } from '../class/live.ts';
import type { Now } from '../class/scenes/measured.ts';
import { Board, type BoardLane } from '../lane/board.ts';
import { nextMoment } from '../lane/moments.ts';
import type { Change } from '../presenter.ts';
import type { WayName } from '../types.ts';
import { seconds, two, WAYS, words, type Lang } from '../words.ts';
import { usePresenter } from './presents.ts';
import { AT_FIRST, BACK_S, type Settings } from './settings.ts';
import { believedAt, look, scalesOf, type Sight } from './sight.ts';

/** After so long without a word of the server the page says so. */
const SILENT_MS = 3000;
/** So long the lanes say that they count anew after a rest. */
const RESTED_MS = 10_000;

export function useBoard(lang: () => Lang) {
  const say = computed(() => words[lang()]);
  const settings = reactive<Settings>({ ...AT_FIRST });
  const frozen = ref<number | null>(null);
  const lanes = shallowRef<BoardLane[]>([]);
  const sights = shallowRef<Sight[]>([]);
  const market = shallowRef<Board['market']>(null);
  const coming = shallowRef<Board['coming']>(null);
  const head = ref({ price: '–', clock: '', counted: 0, away: false, rested: false });
  const spoken = ref('');
  /** Null where there is no class. */
  const room = shallowRef<ClassBoard | null>(null);
  const classSights = shallowRef<ClassSight[]>([]);
  const scales = computed(() => scalesOf(sights.value));
  const on = computed(
    () =>
      Object.fromEntries(WAYS.map((way, place) => [way, sights.value[place]?.on ?? true])) as Record<WayName, boolean>,
  );
  const feed = computed(
    () => market.value && say.value.feed(market.value.rate, market.value.symbols.length, settings.symbol),
  );
  const { presents, said, present } = usePresenter({ board: () => board, market, coming, lang });

  let board: Board | null = null;
  const life = new AbortController();
  const timers: ReturnType<typeof setInterval>[] = [];
  const price = (value: number | undefined) => (value === undefined ? '–' : two(value));

  /** Takes what the board knows now. While time stands still, so do the numbers. */
  function refresh(): void {
    if (!board || frozen.value !== null) return;
    const held = board;
    market.value = board.market;
    coming.value = board.coming;
    if (board.lanes.some((lane, place) => lane !== lanes.value[place])) lanes.value = [...board.lanes];
    sights.value = lanes.value.map((lane) => look(held, lane, settings.window_s));
    if (room.value) classSights.value = lanes.value.map(room.value.look);
    settings.symbol = board.choice.symbol;
    const error = board.clockError();
    head.value = {
      price: price(board.truth.newest()?.value),
      clock: error === null ? '' : say.value.clock(error.toFixed(1)),
      counted: Math.floor((performance.now() - Math.min(...board.lanes.map(({ since }) => since))) / 1000),
      away: board.away,
      rested: performance.now() - board.rested < RESTED_MS,
    };
  }

  /** What is measured at this moment, also behind a picture that stands still. */
  function now(): Now {
    const held = board;
    if (!held) return { sights: [], since: performance.now(), recovery: () => null };
    const laneOf = (way: WayName) => held.lanes.find((lane) => lane.way === way);
    return {
      sights: held.lanes.map((lane) => look(held, lane, settings.window_s)),
      since: Math.max(-Infinity, ...held.lanes.map(({ since }) => since)),
      recovery: (way, since) => {
        const lane = laneOf(way);
        return (lane && room.value?.recovery(lane, since)) ?? null;
      },
    };
  }

  function resume(): void {
    frozen.value = null;
    refresh();
  }

  function change(part: Partial<Settings>): void {
    Object.assign(settings, part);
    if (part.window_s === undefined) {
      frozen.value = null;
      board?.begin({ symbol: settings.symbol, interval_ms: settings.interval_s * 1000, hold_s: settings.hold_s });
    }
    refresh();
  }

  function ask(wish: Change): void {
    frozen.value = null;
    void present(wish);
  }

  function pause(): void {
    frozen.value = frozen.value === null ? performance.now() : null;
    refresh();
  }

  /** Shows an instant of the past: its picture, its prices and their age. What is counted stays as it was counted. */
  function show(instant: number): void {
    const held = board;
    if (!held || lanes.value.length === 0) return;
    frozen.value = instant;
    const past = lanes.value.map((lane) => believedAt(held, lane, settings.window_s, instant));
    sights.value = sights.value.map((sight, place) => ({ ...sight, ...past[place] }));
    const at_us = held.serverAt(instant);
    head.value.price = price(held.truth.between(at_us, at_us).at(-1)?.value);
  }

  /** Not before the lanes had filled the picture once. */
  function back(): void {
    const now = performance.now();
    const begun = Math.min(...lanes.value.map(({ since }) => since));
    const first = Math.min(now, begun + settings.window_s * 1000);
    show(Math.max(first, (frozen.value ?? now) - BACK_S * 1000));
  }

  /** On to the next thing that happened in any of the lanes; time goes on behind a picture that stands. */
  function step(): void {
    if (frozen.value === null) return pause();
    const next = nextMoment(
      lanes.value.map(({ record }) => record),
      frozen.value,
    );
    if (next !== null) show(next + 1);
  }

  function toggle(way: WayName): void {
    frozen.value = null;
    board?.toggle(way);
    refresh();
  }

  function speak(): void {
    spoken.value = sights.value
      .map(({ value, on: runs }, place) => {
        const { way, record } = lanes.value[place]!;
        const known = record.believed();
        const { name } = say.value.lanes[way];
        if (!runs) return '';
        if (value === null || !known) return say.value.unheard(name);
        return say.value.spoken(
          name,
          two(value),
          seconds(Math.max(0, performance.now() - record.of.local(known.at)) / 1000),
        );
      })
      .join(' ');
  }

  const local = (us: number) => board?.local(us) ?? us / 1000 - performance.timeOrigin;

  /** A class has roads, and is asked for first. False when the page went away meanwhile. */
  async function enter(): Promise<boolean> {
    const silent = setTimeout(() => (head.value.away = true), SILENT_MS);
    const found = await findClass();
    clearTimeout(silent);
    if (found) {
      const { attend } = await import('../class/class-board.ts');
      room.value = await attend(found, local);
    }
    if (life.signal.aborted) room.value?.stop();
    return !life.signal.aborted;
  }

  // Whoever changed the market of a class: all boards know when it begins.
  watch(
    () => room.value?.live.state.value?.market.next,
    (next) => {
      const known = [board?.market?.epoch, board?.coming?.epoch];
      if (next && !known.includes(next.epoch)) board?.announce(next);
    },
  );

  onMounted(async () => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    timers.push(setInterval(refresh, calm ? 1000 : 200), setInterval(speak, 10_000));
    if (!(await enter())) return;
    const { symbol, interval_s, hold_s } = settings;
    board = new Board(WAYS, { symbol, interval_ms: interval_s * 1000, hold_s }, refresh, room.value?.roads);
    void board.chores(life.signal);
  });
  onBeforeUnmount(() => {
    life.abort();
    board?.stop();
    room.value?.stop();
    for (const timer of timers) clearInterval(timer);
  });

  return {
    settings,
    frozen,
    lanes,
    sights,
    market,
    coming,
    head,
    spoken,
    room,
    classSights,
    scales,
    on,
    feed,
    presents,
    said,
    change,
    ask,
    now,
    resume,
    pause,
    back,
    step,
    toggle,
  };
}
