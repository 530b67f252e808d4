// Colours and sizes of the drawing, from the custom properties of the page: read once per theme, not once per frame.

import type { WayName } from '../types.ts';

export interface Look {
  paper: string;
  ink: string;
  ink3: string;
  rule: string;
  truth: string;
  lane: Record<WayName, string>;
  /** Strength of the wash of an open exchange, 0 to 1. */
  wash: number;
  dot: number;
  wTruth: number;
  wLane: number;
  wArrow: number;
  /** Text height, in pixels, and the families. */
  text: number;
  font: string;
  fps: number;
}

let theme = 0;
const looks = new Map<number, Look>();

/** The look at a text height. Sizes of the graphics grow with the text beside them. */
export function lookAt(text: number): Look {
  watch();
  let look = looks.get(text);
  if (!look) looks.set(text, (look = read(text)));
  return look;
}

/** Changes whenever a look must be read again. */
export function themeOf(): number {
  return theme;
}

function read(text: number): Look {
  const style = getComputedStyle(document.documentElement);
  const word = (name: string) => style.getPropertyValue(name).trim();
  const size = (name: string, otherwise: number) => Number.parseFloat(word(name)) || otherwise;
  const scale = text / size('--t-label', 14);
  return {
    paper: word('--paper'),
    ink: word('--ink'),
    ink3: word('--ink-3'),
    rule: word('--rule'),
    truth: word('--truth'),
    lane: {
      poll: word('--lane-poll'),
      'long-poll': word('--lane-long-poll'),
      ws: word('--lane-ws'),
      sse: word('--lane-sse'),
    },
    wash: (Number.parseFloat(word('--lane-wash')) || 0) / 100,
    dot: size('--dot', 9) * scale,
    wTruth: size('--w-truth', 1.5) * scale,
    wLane: size('--w-lane', 2.5) * scale,
    wArrow: size('--w-arrow', 1.5) * scale,
    text,
    font: word('--font') || 'sans-serif',
    fps: size('--fps-chart', 24),
  };
}

let watching = false;

/** A theme is a class or an attribute of the root; contrast, forced colours and motion are media queries. */
function watch(): void {
  if (watching) return;
  watching = true;
  const again = () => {
    theme += 1;
    looks.clear();
  };
  new MutationObserver(again).observe(document.documentElement, {
    attributeFilter: ['class', 'data-theme', 'data-scale', 'style'],
  });
  for (const query of ['contrast: more', 'reduced-motion: reduce', 'color-scheme: dark']) {
    matchMedia(`(prefers-${query})`).addEventListener('change', again);
  }
  matchMedia('(forced-colors: active)').addEventListener('change', again);
  addEventListener('load', again); // style sheets that came after the first frame
}
