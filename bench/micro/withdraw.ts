/**
 * What withdrawing costs inside: a purge of 100,000 tagged responses, its acknowledgement and its longest slice; and a lookup beside 1,000
 * bans, the first one of a response and the next ones.
 *
 *     node --conditions=lacquer-source bench/micro/withdraw.ts
 */
import { readExpression } from '../../src/invalidate/ban-expression.ts'
import { testEdge } from '../../src/testing/api.ts'

const RESPONSES = 100_000
const BANS = 1000
const LOOKUPS = 20_000

const edge = testEdge([], { parameters: { memory: '256MiB' } })
for (let i = 0; i < RESPONSES; i++) put(`http://example.com/${i}`)

const acknowledged = timed(() => edge.purge({ tags: ['all'] }))
const slices: number[] = []
while (edge.engine.invalidator.figures().bans > 0) slices.push(timed(() => edge.clock.advance(2)))
say(`purge of a tag with ${RESPONSES} responses: acknowledged in ${acknowledged.toFixed(2)} ms`)
say(
  `worked off in ${slices.length} slices, the longest ${Math.max(...slices).toFixed(2)} ms, all ${slices.reduce((a, b) => a + b, 0).toFixed(0)} ms`,
)

for (let i = 0; i < BANS; i++) put(`http://example.com/${i}`)
const before = eachUs()
for (let i = 0; i < BANS; i++) {
  const text = `obj.header.x-type == "image" && req.url ~ "^/shop/${i}"`
  const reading = readExpression(text)
  if (reading.ok) edge.engine.invalidator.ban(text, reading.conditions)
}
const first = timed(() => void edge.get('/0')) * 1000
for (let i = 0; i < BANS; i++) edge.get(`/${i}`)
const { bans } = edge.engine.invalidator.figures()
const after = eachUs()
say(
  `a hit: ${before.toFixed(1)} us; the first beside ${bans} bans ${first.toFixed(0)} us, each further one ${after.toFixed(1)} us`,
)

function put(key: string): void {
  edge.store.put({
    key,
    variant: { names: [], key: '' },
    ...{
      status: 200,
      flags: 0,
      storedAt: edge.clock.now(),
      initialAgeMs: 0,
      lifetimeMs: 600_000,
      graceMs: 0,
    },
    ...{ staleIfErrorMs: 0, keepMs: 0, moment: 0, etag: '', lastModified: '', tags: ['all'], body: null },
    head: 'HTTP/1.1 200 OK\r\nX-Type: page\r\nContent-Length: 0\r\n',
    notModifiedBytes: 0,
  })
}

function eachUs(): number {
  for (let i = 0; i < LOOKUPS; i++) edge.get(`/${i % BANS}`)
  return (
    (timed(() => {
      for (let i = 0; i < LOOKUPS; i++) edge.get(`/${i % BANS}`)
    }) *
      1000) /
    LOOKUPS
  )
}

/** Milliseconds of CPU, which a busy machine does not change as much as it does the time of day. */
function timed(act: () => void): number {
  const began = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
