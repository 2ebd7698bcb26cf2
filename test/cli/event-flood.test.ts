import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { EventFlood } from '../../src/cli/event-flood.ts'

function floodOf() {
  const clock = new VirtualClock()
  const lines: string[] = []
  const counts = { withheld: 0 }
  const flood = new EventFlood(
    { lines: 3, windowMs: 10_000 },
    {
      clock,
      write: (level, event, detail) => lines.push(`${level} ${event} ${JSON.stringify(detail)}`),
      withheld: () => counts.withheld++,
    },
  )
  return { clock, lines, counts, flood }
}

test('of equal warnings a few are written, and the others counted in one line when the window ends', () => {
  const { clock, lines, counts, flood } = floodOf()
  for (let i = 0; i < 1000; i++) flood.log('warn', 'origin-failed', { i })
  flood.log('error', 'policy-hook-error', {})
  assert.equal(lines.length, 4)
  clock.advance(10_000)
  assert.equal(lines.at(-1), 'warn events-withheld {"like":"origin-failed","count":997}')
  assert.equal(counts.withheld, 997)
  flood.log('warn', 'origin-failed', {})
  assert.equal(lines.length, 6)
})

test('what was withheld is said before the log ends, once', () => {
  const { clock, lines, flood } = floodOf()
  for (let i = 0; i < 5; i++) flood.log('warn', 'origin-failed', {})
  flood.flush()
  clock.advance(60_000)
  assert.equal(lines.length, 4)
  assert.match(lines[3]!, /"count":2/)
})

test('what operators do is written line by line', () => {
  const { lines, flood } = floodOf()
  for (let i = 0; i < 1000; i++) flood.log('info', 'purge', { i })
  assert.equal(lines.length, 1000)
})
