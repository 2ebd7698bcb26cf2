// Every response case through the whole edge: on a new connection to the origin and on one that has served before, whole,
// byte by byte, and cut in two.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../origin/outcome.ts'
import type { RawRequest } from '../origin/raw-origin.ts'
import { readResponses, type RawResponse } from '../server/raw-client.ts'
import { Dice } from './dice.ts'
import { givenResponses, ownResponses, type ResponseCase } from './response-cases.ts'
import { stand, type Stand } from './stand.ts'
import { request } from './wire-text.ts'

const CASES = [...givenResponses(), ...ownResponses()]
const SEED = 20_261_122
/** Longer answers are not sent byte by byte. */
const MAX_PIECES = 400

type Cut = (bytes: string, dice: Dice) => string[]

const DELIVERIES: Readonly<Record<string, Cut>> = {
  whole: (bytes) => [bytes],
  'byte by byte': (bytes) => (bytes.length > MAX_PIECES ? [bytes] : Array.from(bytes)),
  'cut in two': (bytes, dice) => {
    const at = dice.below(bytes.length + 1)
    return [bytes.slice(0, at), bytes.slice(at)]
  },
}

for (const [delivery, cut] of Object.entries(DELIVERIES)) {
  for (const isReused of [false, true]) {
    test(`every response case, ${delivery}, on a ${isReused ? 'used' : 'new'} connection`, async (t) => {
      const edge = await stand(t)
      const dice = new Dice(SEED)
      const failures: string[] = []
      for (const wire of CASES) {
        await judge(edge, wire, cut(wire.bytes, dice), isReused).catch((error: unknown) =>
          failures.push(String(error)),
        )
      }
      assert.equal(failures.length, 0, failures.join('\n\n'))
    })
  }
}

async function judge(edge: Stand, wire: ResponseCase, pieces: string[], isReused: boolean): Promise<void> {
  edge.store.clear()
  const label = `${wire.id} (${wire.why})`
  const target = `/${wire.id}`
  if (isReused) await canary(edge, '/before', label)
  const last: { request: RawRequest | null } = { request: null }
  edge.origin.script(async (asked) => {
    last.request = asked
    for (const piece of pieces) {
      asked.send(piece)
      if (pieces.length > 1) await settle(1)
    }
    if (wire.ends === true) asked.cut()
  })
  const before = edge.store.figures().responses
  const response = await get(edge, target)
  const shown = `${label}: ${response.head}\n\n${response.body}`
  check(wire, response, shown)
  assert.ok(!response.body.includes('EVIL') && !response.head.includes('EVIL'), shown)
  if (wire.verdict === 'refused' || wire.verdict === 'delivered, then closed')
    await last.request?.connection.closed
  if (wire.verdict === 'refused') assert.equal(edge.store.figures().responses, before, `${shown}: stored`)
  if (wire.verdict !== 'delivered' && wire.verdict !== 'delivered, then closed')
    await canary(edge, target, label)
  await canary(edge, '/other', label)
}

function check({ verdict, bytes }: ResponseCase, response: RawResponse, shown: string): void {
  if (verdict === 'refused') {
    if (response.status === 502) {
      assert.ok(response.complete, shown)
      assert.match(response.head, /\r\nCache-Status: [^\r]*detail=/, shown)
    } else assert.ok(!response.complete, `${shown}: it looks complete`)
    return
  }
  assert.ok(response.complete, shown)
  assert.equal(response.status, Number(bytes.slice(9, 12)), shown)
}

/** An innocent request, whose answer must be the origin's own and come from there. */
async function canary(edge: Stand, target: string, label: string): Promise<void> {
  const body = `canary for ${target}`
  edge.origin.answer(
    `HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  const response = await get(edge, target)
  assert.equal(`${response.status} ${response.body}`, `200 ${body}`, `${label}: the canary`)
}

async function get(edge: Stand, target: string): Promise<RawResponse> {
  const client = await edge.connect()
  client.send(request(`GET ${target} HTTP/1.1`, ['Host: t.test', 'Connection: close']))
  const text = await client.untilEnd()
  client.close()
  const [response] = readResponses(text, [], true)
  return response ?? { status: 0, head: text, body: '', interim: [], complete: false }
}
