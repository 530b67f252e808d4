// The feed: event k is due at start + k / rate, whoever is slow. `at` is that instant, in Unix microseconds.
import { performance } from 'node:perf_hooks'

const HISTORY = 4096

const rate = Number(process.env.RATE ?? 10)
const symbols = Array.from({ length: Number(process.env.SYMBOLS ?? 8) }, (_, k) => `S${k}`)
const payload = Number(process.env.PAYLOAD ?? 0)

const now = () => performance.timeOrigin + performance.now()
const start = now()
const first = symbols.map(() => 10_000)
const cents = [...first]

/** The newest events, and their number at the end. */
const history = []
let seq = 0

/** The newest event of each symbol, oldest first. */
export const snapshot = () => history.slice(-symbols.length)

/** All events after a number that are still kept. */
export function after(number) {
  return number < seq ? history.slice(-(seq - number)) : []
}

/** Calls `tell(event, json)` for each event, on time. */
export function run(tell) {
  const due = () => start + ((seq + 1) * 1000) / rate
  while (due() <= now()) {
    const event = next(due())
    history.push(event)
    if (history.length > HISTORY) history.shift()
    tell(event)
  }
  setTimeout(run, due() - now(), tell)
}

function next(due) {
  const k = seq++ % symbols.length
  cents[k] = Math.max(1, cents[k] + Math.round(Math.random() * 100 - 50))
  const event = { seq, at: Math.round(due * 1000), symbol: symbols[k], value: cents[k] / 100, change: (cents[k] - first[k]) / 100 }
  const missing = payload - JSON.stringify({ ...event, pad: '' }).length
  if (missing > 0) event.pad = 'x'.repeat(missing)
  return event
}
