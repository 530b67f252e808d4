// @vitest-environment happy-dom
// The keys of a demo, and who has the focus after a choice.

import { afterEach, expect, it, vi } from 'vitest';

import { pressed } from '../src/class/scenes/keys.ts';
import { handBack } from '../src/components/hand-back.ts';
import { keyOf } from '../src/components/settings.ts';

afterEach(() => document.body.replaceChildren());

function place<Name extends keyof HTMLElementTagNameMap>(name: Name, into: HTMLElement = document.body) {
  const element = document.createElement(name);
  into.append(element);
  return element;
}

function press(target: HTMLElement, key: string, more: KeyboardEventInit = {}) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

it('a key that is held goes one step, and never turns the page', () => {
  const acts = { next: vi.fn(), back: vi.fn(), notes: vi.fn() };
  const events = [false, true, true].map((repeat) => press(document.body, 'PageDown', { repeat }));
  for (const event of events) pressed(event, acts);
  expect(acts.next).toHaveBeenCalledTimes(1);
  expect(events.map(({ defaultPrevented }) => defaultPrevented)).toEqual([true, true, true]);
  pressed(press(document.body, 'PageUp'), acts);
  pressed(press(document.body, 'f'), acts);
  pressed(press(document.body, 'g'), acts);
  expect([acts.next, acts.back, acts.notes].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1]);
});

it('a list has its own keys, but for those of a remote control', () => {
  const keys = (target: HTMLElement) =>
    ['PageDown', 'PageUp', 'd', 'ArrowDown'].map((key) => keyOf(press(target, key)));
  expect(keys(place('select'))).toEqual(['pagedown', 'pageup', null, null]);
  expect(keys(place('textarea'))).toEqual([null, null, null, null]);
  expect(keys(place('select', place('dialog')))).toEqual([null, null, null, null]);
  expect(keys(place('button'))).toEqual(['pagedown', 'pageup', 'd', 'arrowdown']);
});

it('a list that was chosen from by pointer lets go of the focus; by keyboard it keeps it', () => {
  const life = new AbortController();
  handBack(window, life.signal);
  const list = place('select');
  const choose = () => list.dispatchEvent(new Event('change', { bubbles: true }));
  const point = () => list.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  list.focus();
  point();
  choose();
  expect(document.activeElement).not.toBe(list);
  list.focus();
  point();
  press(list, 'ArrowDown');
  choose();
  expect(document.activeElement).toBe(list);
  life.abort();
  point();
  choose();
  expect(document.activeElement).toBe(list);
});
