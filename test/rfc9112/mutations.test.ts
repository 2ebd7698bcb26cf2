/**
 * Valid streams with a few bytes changed, seeded and reproducible. Whatever comes of them: each exchange ends once, what is
 * sent reads as whole responses, a refusal is the last of them, and another client is served as if nothing had been.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readResponses } from '../server/raw-client.ts'
import { READ_MODES, serve } from '../server/server.ts'
import { literalCases } from './wire-cases.ts'

const STREAMS = 1500
const PIECES = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ':',
  ',',
  '0',
  '5',
  'chunked',
  '\0',
  '\x7f',
  'Host: x\r\n',
  '\r\n\r\n',
  ';',
]

function generator(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function mutate(stream: string, random: (below: number) => number): string {
  let mutated = stream
  for (let n = 1 + random(3); n > 0; n--) {
    const at = random(mutated.length + 1)
    const removed = random(3) === 0 ? random(4) : 0
    const added =
      random(4) === 0
        ? ''
        : random(3) === 0
          ? String.fromCharCode(random(256))
          : PIECES[random(PIECES.length)]!
    mutated = mutated.slice(0, at) + added + mutated.slice(at + removed)
  }
  return mutated
}

for (const reads of READ_MODES) {
  test(`mutated streams, read by ${reads}`, async (t) => {
    const valid = literalCases()
      // Without HEAD: how its refusal is to be read depends on the method, which the handler never sees.
      .filter((wire) => wire.refusedWith.length === 0 && !wire.bytes.startsWith('HEAD'))
      .map((wire) => wire.bytes)
    const server = await serve(t, { reads, isOurHost: () => true })
    for (let seed = 1; seed <= STREAMS; seed++) {
      const random = generator(seed)
      const stream = mutate(valid[random(valid.length)]! + valid[random(valid.length)]!, random)
      const before = server.handler.seen.length
      const client = await server.connect()
      client.send(stream)
      client.fin()
      const text = await client.untilEnd()
      const label = `seed ${seed}: ${JSON.stringify(stream)} -> ${JSON.stringify(text)}`
      const seen = server.handler.seen.slice(before)
      await server.until(() => seen.every((request) => request.ends.length > 0))
      assert.ok(
        seen.every((request) => request.ends.length === 1),
        label,
      )
      const responses = readResponses(
        text,
        seen.map((request) => request.method),
        true,
      )
      assert.ok(
        responses.every((response) => response.complete),
        label,
      )
      const refusals = responses.filter((response) => response.head.includes('\r\nCache-Control: no-store'))
      assert.ok(refusals.length === 0 || (refusals.length === 1 && responses.at(-1) === refusals[0]), label)
      const answered = seen.filter((request) => request.ends[0] === 'complete').length
      assert.equal(responses.length, answered + refusals.length, label)
      client.close()
    }
    const canary = await server.connect()
    canary.send('GET /canary HTTP/1.1\r\nHost: t.test\r\n\r\n')
    const [response] = await canary.responses(1)
    assert.equal(response?.body, 'GET /canary')
    await server.until(() => server.listener.connections === 1)
  })
}
