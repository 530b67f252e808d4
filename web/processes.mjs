// What processes use, as Linux tells it in /proc: the memory of one, and how much of the machine's time went to others
// than this script and what it has started. Elsewhere there is nothing to read, and that is said: null.

import { readdirSync, readFileSync } from 'node:fs';

/** Of the clock of /proc/stat: the same on every Linux that people run. */
const TICKS_PER_S = 100;

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // no Linux, or a process that has just ended
  }
}

/** Bytes; null where the system does not tell. `resident` counts shared pages in full, `pss` by its share of them,
 *  `own` not at all. */
export function memoryOf(pid) {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  if (rollup === null) return null;
  const line = (name) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);
  return { resident: line('Rss'), pss: line('Pss'), own: line('Private_Clean') + line('Private_Dirty') };
}

/** Starts to watch the processors. What it returns tells, of the time since then, how many of them were busy on average
 *  with what is not ours; null where the system does not tell. */
export function watchOthers() {
  const [begin, from] = [busy(), performance.now()];
  return () => {
    const end = busy();
    if (begin === null || end === null) return null;
    const taken_s = (performance.now() - from) / 1000;
    return Math.max(0, end.all - begin.all - (end.ours - begin.ours)) / taken_s;
  };
}

/** Seconds of processor time: of the whole machine, and of ours. */
function busy() {
  const total = /^cpu +(.*)/.exec(read('/proc/stat') ?? '')?.[1];
  if (!total) return null;
  const [user, nice, system, , , irq, softirq, steal] = total.split(' ').map(Number);
  const ours = family(process.pid).reduce((sum, { used }) => sum + used, 0);
  return { all: (user + nice + system + irq + softirq + steal) / TICKS_PER_S, ours: ours / TICKS_PER_S };
}

/** A process and all that it has started, and they in turn. Who has ended is in the count of who started it. */
function family(root) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const fields = read(`/proc/${pid}/stat`)
        ?.replace(/^.*\) /s, '')
        .split(' ')
        .map(Number);
      return fields
        ? [{ pid: Number(pid), parent: fields[1], used: fields[11] + fields[12] + fields[13] + fields[14] }]
        : [];
    });
  const ours = all.filter(({ pid }) => pid === root);
  for (const { pid } of ours) ours.push(...all.filter(({ parent }) => parent === pid));
  return ours;
}
