// Valid responses, mutated at random and delivered in random pieces, to fetches that pause and abort at random. Nothing may
// crash, hang or leak, what is complete must be so by an independent reading, and a canary afterwards must be clean.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import type { Origin } from '../../src/origin/origin.ts'
import { originAt, Outcome, requestOf, settle } from './outcome.ts'
import { RawOrigin } from './raw-origin.ts'

const ROUNDS = Number(process.env.LACQUER_MUTATIONS ?? 400)
const SEED = Number(process.env.LACQUER_SEED ?? 20_240_601)
const VALID = [
  'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX-A: b\r\n\r\n0123456789',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6;x\r\n456789\r\n0\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\nT: 1\r\n\r\n',
  'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\n0123456789',
  'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
]
const BITS = [
  '\r',
  '\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  '1',
  'f',
  'z',
  '\xff',
  '\r\n',
  '\r\n\r\n',
  'chunked',
  '-',
  '+',
]

let raw: RawOrigin
let clock: VirtualClock
let origin: Origin

beforeEach(async () => {
  raw = await RawOrigin.listen()
  clock = new VirtualClock()
  origin = originAt(raw.url, { connectTimeoutMs: 30_000 }, clock)
})
afterEach(async () => {
  await raw.close()
  await origin.close()
})

/** mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

function mutate(text: string, random: (below: number) => number): string {
  let mutated = text
  for (let n = random(4); n > 0; n--) {
    const at = random(mutated.length + 1)
    const bit = BITS[random(BITS.length)]!
    const gone = random(3)
    mutated = mutated.slice(0, at) + (random(4) === 0 ? '' : bit) + mutated.slice(at + gone)
  }
  return mutated
}

/** Whether some reading of the stream makes this a complete response with this body: each byte of it came, in order. */
function mayBe(stream: string, body: string): boolean {
  let at = stream.indexOf('\r\n\r\n')
  for (const byte of body) {
    at = stream.indexOf(byte, at + 1)
    if (at === -1) return false
  }
  return true
}

test('mutated responses neither crash nor hang nor leak', async () => {
  const random = randomFrom(SEED)
  for (let round = 0; round < ROUNDS; round++) {
    const stream = mutate(VALID[random(VALID.length)]!, random)
    const cut = random(3) === 0
    const where = `seed ${SEED}, round ${round}: ${JSON.stringify(stream)}`
    raw.script(async (request) => {
      const split = random(stream.length + 1)
      request.send(stream.slice(0, split))
      if (random(2) === 0) await settle(2)
      request.send(stream.slice(split))
      if (cut) request.cut()
    })
    const abort = random(10) === 0
    const got = Outcome.of(origin, requestOf(), (outcome) => {
      outcome.onData = () => {
        if (abort) {
          outcome.fetch!.abort()
          return
        }
        outcome.fetch!.pause()
        setImmediate(() => outcome.fetch!.resume())
        return undefined
      }
    })
    const isDone = (): boolean => got.isOver || (abort && got.chunks.length > 0)
    // What still waits for bytes that will not come runs into a limit, whenever it began to wait.
    for (let i = 0; i < 1000 && !isDone(); i++) {
      await settle(4)
      clock.advance(2000)
    }
    assert.ok(isDone(), where)
    if (got.calls.includes('end')) assert.ok(mayBe(stream, got.body), where)
    raw.answer('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ncanary')
    assert.equal(await Outcome.of(origin).over(), '200 canary', where)
    assert.ok(origin.figures().open <= 2, where)
  }
  for (let i = 0; i < 1000 && origin.figures().open > 0; i++) {
    await settle(4)
    clock.advance(2000)
  }
  assert.deepEqual(origin.figures(), { open: 0, idle: 0, queued: 0 })
})
