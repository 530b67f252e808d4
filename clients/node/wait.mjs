// Waiting for events: every wait ends when something happens, and fails with a reason when nothing does.

import assert from 'node:assert/strict';

/** The longest that any test waits for one thing, in milliseconds. */
const PATIENCE_MS = 30_000;

/** What `promise` resolves to; fails when that takes longer than the patience. */
export async function within(promise, what, told = () => '') {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${PATIENCE_MS} ms for ${what}${told()}`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again and again until `probe` answers with something; each asking is a request, so it paces itself. */
export async function until(what, probe) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    assert.ok(Date.now() < end, `waited ${PATIENCE_MS} ms for ${what}`);
  }
}

/** What a client heard, in order. */
export class Inbox {
  items = [];
  #looks = new Set();

  push(item) {
    this.items.push(item);
    for (const look of [...this.#looks]) look();
  }

  /** Waits until `enough(items)` is truthy, and returns that. */
  async until(what, enough) {
    let look;
    const found = new Promise((resolve, reject) => {
      look = () => {
        try {
          const answer = enough(this.items);
          if (answer) resolve(answer);
        } catch (error) {
          reject(error);
        }
      };
    });
    this.#looks.add(look);
    look();
    const told = () => `; ${this.items.length} came, the last: ${JSON.stringify(this.items.slice(-3))}`;
    return within(found, what, told).finally(() => this.#looks.delete(look));
  }

  /** Waits for `count` items that `wanted` lets through, and returns those. */
  async take(count, what, wanted = () => true) {
    return this.until(`${count} of ${what}`, (items) => {
      const all = items.filter(wanted);
      return all.length >= count && all;
    });
  }
}

/** Fails unless each number is one more than the one before: nothing lost, nothing twice. */
export function assertUnbroken(seqs, what) {
  assert.ok(seqs.length > 1, `${what}: too few to tell`);
  seqs.forEach((seq, index) => {
    assert.equal(seq, seqs[0] + index, `${what}: ${seqs.slice(Math.max(0, index - 2), index + 2)} is broken`);
  });
}
