// The eight demos as data: whole in both languages, and every sentence about an outcome made of measured figures alone.

import { describe, expect, it } from 'vitest';

import { questionOf, SCENES } from '../src/class/scenes/all.ts';
import { NONE } from '../src/class/scenes/figures.ts';
import type { Figures, Measured, Outcome } from '../src/class/scenes/measured.ts';
import type { Happened, Scene, Step, Text } from '../src/class/scenes/types.ts';
import { WAYS, type Lang } from '../src/words.ts';

const LANGS: Lang[] = ['en', 'zh'];

/** Figures of which no two are alike, over all lanes and all steps. */
function measured(seed: number): Measured {
  let number = seed;
  const next = () => (number += 1);
  const figures = (): Figures => ({
    age_ms: 1000 * next(),
    missed_share: next() / 1000,
    requests_per_update: next(),
    bytes_per_update: next(),
    fresh_ms: 1000 * next(),
    lost: next(),
    replayed: next(),
    cpu: next() / 1000,
    rss_bytes: next(),
    burst: next(),
  });
  return Object.fromEntries(WAYS.map((way) => [way, figures()])) as Measured;
}

const nothing = Object.fromEntries(
  WAYS.map((way) => [
    way,
    Object.fromEntries(Object.keys(measured(0).poll).map((name) => [name, null])) as unknown as Figures,
  ]),
) as Measured;

/** Everything is measured, and what steps are asked for is noted. */
function outcome(seed: number): Outcome & { asked: () => string[] } {
  const kept = new Map<string, Measured>();
  const get = (_: object, name: string) => {
    if (!kept.has(name)) kept.set(name, measured(seed + 100 * (kept.size + 1)));
    return kept.get(name);
  };
  return { now: measured(seed), kept: new Proxy<Outcome['kept']>({}, { get }), asked: () => [...kept.keys()] };
}

const happened = (scene: Scene) => scene.steps.filter((step): step is Happened => step.kind === 'happened');
const numbers = (text: string) => (text.match(/\d+(?:[.,]\d+)*/g) ?? []).toSorted();

function texts(step: Step): Text[] {
  const shown = step.kind === 'happened' ? [step.row.caption] : [step.text];
  return [step.notes, ...shown, ...(step.kind === 'predict' ? [] : [step.button])];
}

it('there are eight, each of two minutes and with a name of its own that the class takes', () => {
  expect(SCENES).toHaveLength(8);
  expect(new Set(SCENES.map(({ id }) => id)).size).toBe(8);
  for (const { id, minutes, steps } of SCENES) {
    expect(id).toMatch(/^[a-z0-9-]{1,40}$/);
    expect(minutes).toBe(2);
    expect(steps.length).toBeLessThanOrEqual(100); // the class counts them from 0 to 99
  }
});

describe.each(SCENES.map((scene) => [scene.id, scene] as const))('%s', (_, scene) => {
  it('asks first, once, tells what happened, and ends with what is to be remembered', () => {
    const kinds = scene.steps.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'predict')).toEqual(['predict']);
    expect([kinds[0], kinds.at(-1)]).toEqual(['predict', 'remember']);
    expect(kinds).toContain('watch');
    expect(happened(scene).filter(({ right }) => right)).toHaveLength(1);
    expect(new Set(scene.steps.map(({ id }) => id)).size).toBe(scene.steps.length);
  });

  it('says everything in both languages, and the dash only where a figure is missing', () => {
    for (const text of [scene.title, ...scene.steps.flatMap(texts)]) {
      expect(text.en).toMatch(/[a-z]/i);
      expect(text.en).not.toMatch(/\p{Script=Han}/u);
      expect(text.zh).toMatch(/\p{Script=Han}/u);
      expect(text.en + text.zh).not.toContain(NONE);
    }
  });

  it('can be read from the last row', () => {
    for (const step of scene.steps) {
      if (step.kind === 'happened') continue;
      expect(step.text.en.length, step.text.en).toBeLessThanOrEqual(110);
      expect(step.text.zh.length, step.text.zh).toBeLessThanOrEqual(50);
    }
  });

  it('speaks of steps that lie before, by figures that were measured', () => {
    for (const step of happened(scene)) {
      const before = scene.steps.slice(0, scene.steps.indexOf(step)).map(({ id }) => id);
      for (const lang of LANGS) {
        const about = outcome(100);
        const said = step.said[lang](about);
        const row = WAYS.map((way) => step.row.of(about, way, lang));
        step.right?.(about);
        for (const id of about.asked()) expect(before).toContain(id);
        expect([said, ...row].join()).not.toContain(NONE);
        expect(numbers(said)).not.toEqual(numbers(step.said[lang](outcome(500))));
        expect(new Set(row).size).toBe(WAYS.length);
      }
      expect(numbers(step.said.en(outcome(100)))).toEqual(numbers(step.said.zh(outcome(100))));
    }
  });

  it('says a dash for what was not measured, and knows no winner', () => {
    for (const step of happened(scene)) {
      const about: Outcome = { now: nothing, kept: {} };
      for (const lang of LANGS) {
        expect(step.said[lang](about)).toContain(NONE);
        for (const way of WAYS) expect(step.row.of(about, way, lang)).toContain(NONE);
      }
      if (step.right) expect(step.right(about)).toBeNull();
    }
  });
});

it('says so when waiting at random has spared the server nothing', () => {
  const thousand = SCENES.find(({ id }) => id === 'thousand')!;
  const storms = happened(thousand).at(-1)!;
  const said = (jittered: number, inStep: number) => {
    const of = (burst: number): Measured => ({ ...nothing, sse: { ...nothing.sse, burst } });
    return storms.said.en({ now: nothing, kept: { 'storm': of(jittered), 'storm-in-step': of(inStep) } });
  };
  expect(said(60, 240)).toMatch(/60 .*240/);
  expect(said(60, 240)).not.toContain('nothing');
  for (const jittered of [240, 250]) expect(said(jittered, 240)).toContain('has spared it nothing');
});

it('the phones are told what there is to bet on, and nothing outside of a demo', () => {
  expect(questionOf({ scene: { id: 'plug', step: 3 } }, 'zh')).toBe(SCENES[2]!.steps[0].text.zh);
  expect(questionOf({ scene: null }, 'en')).toBeNull();
  expect(questionOf({ scene: { id: 'of-tomorrow', step: 0 } }, 'en')).toBeNull();
});
