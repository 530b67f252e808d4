// The colours of the four ways: readable on both grounds, and apart from each other for every kind of eyes.

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../.vitepress/theme/tokens.css', import.meta.url), 'utf8');
const LANES = ['lane-poll', 'lane-long-poll', 'lane-ws', 'lane-sse'];

type Colour = [number, number, number];

/** The colours that a block of the style sheet sets, by name. */
function colours(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(selector)).split('}')[0]!;
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]),
  );
}

function linear(hex: string): Colour {
  const part = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** WCAG 2.2, 1.4.3. */
function contrast(one: string, two: string): number {
  const luminance = (hex: string) => {
    const [r, g, b] = linear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark, light] = [luminance(one), luminance(two)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const times = (matrix: number[][], [x, y, z]: Colour): Colour =>
  matrix.map(([a, b, c]) => a! * x + b! * y + c! * z) as Colour;

/** OKLab (Ottosson 2020) of a linear colour. */
function oklab(colour: Colour): Colour {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms.map(Math.cbrt) as Colour,
  );
}

/** Machado, Oliveira and Fernandes 2009, severity 1. */
const EYES: Record<string, number[][]> = {
  'as seen': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const themes = { light: colours(':root {'), dark: { ...colours(':root {'), ...colours(':root.dark,') } };

for (const [name, theme] of Object.entries(themes)) {
  describe(name, () => {
    const texts = [...LANES, 'ink', 'ink-2', 'ink-3', 'danger'];
    test.each(
      texts.flatMap((text) => [
        [text, 'paper'],
        [text, 'surface'],
      ]),
    )('%s can be read on %s', (text, ground) => {
      expect(contrast(theme[text!]!, theme[ground!]!)).toBeGreaterThanOrEqual(4.5);
    });

    test('the true price can be seen', () => {
      for (const ground of ['paper', 'surface'])
        expect(contrast(theme.truth!, theme[ground]!)).toBeGreaterThanOrEqual(3);
    });

    test.each(Object.keys(EYES))('no two ways look alike, %s', (eyes) => {
      const seen = LANES.map((lane) =>
        oklab(times(EYES[eyes]!, linear(theme[lane]!)).map((part) => Math.min(1, Math.max(0, part))) as Colour),
      );
      for (const [place, one] of seen.entries()) {
        for (const two of seen.slice(place + 1)) {
          expect(100 * Math.hypot(one[0] - two[0], one[1] - two[1], one[2] - two[2])).toBeGreaterThanOrEqual(10);
        }
      }
    });
  });
}
