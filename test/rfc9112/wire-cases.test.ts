/** Every wire case, however its bytes are cut, alone and behind a good request, with both ways of reading. */
import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { readResponses, type RawClient } from '../server/raw-client.ts'
import { READ_MODES, serve, type TestServer } from '../server/server.ts'
import { literalCases, type WireCase } from './wire-cases.ts'

const GOOD = 'GET /good HTTP/1.1\r\nHost: t.test\r\n\r\n'

/** How a case's bytes are cut into reads of the server. */
const DELIVERIES: Readonly<Record<string, (bytes: string) => string[]>> = {
  whole: (bytes) => [bytes],
  'byte by byte': (bytes) => Array.from(bytes),
  'in two, cut early': (bytes) => [bytes.slice(0, 3), bytes.slice(3)],
  'in two, cut in the middle': (bytes) => [bytes.slice(0, bytes.length / 2), bytes.slice(bytes.length / 2)],
  'in two, cut before the last byte': (bytes) => [bytes.slice(0, -1), bytes.slice(-1)],
  'behind a good request': (bytes) => [GOOD + bytes],
  'after a good request': (bytes) => [GOOD, bytes],
}

for (const reads of READ_MODES) {
  for (const [delivery, cut] of Object.entries(DELIVERIES)) {
    describe(`refused ${delivery}, read by ${reads}`, () => {
      test('every case gets its status and a closed connection', async (t) => {
        const server = await serve(t, { reads, isOurHost: (authority) => authority === 't.test' })
        for (const wire of literalCases()) {
          if (wire.refusedWith.length > 0)
            await refuses(server, wire, cut(wire.bytes), delivery.includes('good'))
        }
      })
    })
  }
}

async function refuses(
  server: TestServer,
  wire: WireCase,
  pieces: string[],
  behindGood: boolean,
): Promise<void> {
  const before = server.handler.seen.length
  const client = await server.connect()
  await deliver(server, client, pieces)
  const responses = readResponses(await client.untilEnd(), [], true)
  const label = `${wire.id} (${wire.why}): ${client.text}`
  const last = responses.at(-1)
  assert.ok(last !== undefined && wire.refusedWith.includes(last.status), label)
  assert.match(last.head, /\r\nConnection: close/, label)
  assert.ok(last.complete, label)
  const seen = server.handler.seen.slice(before)
  // A good request in front of it is answered; a request whose body is malformed is broken off; nothing else is seen.
  const good = seen.filter((request) => request.ends[0] === 'complete')
  const isSecond = behindGood || wire.id === 'G02'
  assert.equal(good.length, (behindGood ? 1 : 0) + (wire.id === 'G02' ? 1 : 0), label)
  assert.equal(responses.length, isSecond ? good.length + 1 : 1, label)
  for (const request of seen) {
    assert.equal(request.ends.length, 1, label)
    if (request.ends[0] === 'complete') continue
    assert.ok(wire.id.startsWith('C') && !request.bodyComplete, label)
  }
  client.close()
}

/** Sends piece by piece, each after the server has read the one before. */
async function deliver(server: TestServer, client: RawClient, pieces: string[]): Promise<void> {
  const bytesIn = server.recorder.slots('bytesIn')
  for (const piece of pieces) {
    const target = bytesIn[0]! + piece.length
    client.send(piece)
    await server.until(() => bytesIn[0]! >= target || client.ended)
    if (client.ended) return
  }
}

describe('accepted', () => {
  const views: Readonly<Record<string, (server: TestServer) => void>> = {
    A15: ({ handler }) => {
      assert.equal(handler.seen[0]?.bodyBytes, 10)
      assert.equal(handler.seen[0].body, 'abcdefghij')
    },
    A27: ({ handler }) => {
      assert.deepEqual(
        handler.seen.map((seen) => `${seen.target} ${seen.body}`),
        ['/A27 abcd', '/A27b '],
      )
    },
    B01: ({ handler }) => {
      assert.equal(handler.seen[0]?.bodyBytes, null)
      assert.equal(handler.seen[0].body, 'abcd')
    },
    C25: ({ handler }) => {
      assert.equal(handler.seen[0]?.body, 'abcd')
      assert.equal(handler.seen[0].fields.has('x-t'), false)
    },
    D22: ({ handler }) => assert.equal(handler.seen[0]?.target, '*'),
    D23: ({ handler }) => {
      assert.equal(handler.seen[0]?.target, '/D23?x=1')
      assert.equal(handler.seen[0].authority, 't.test')
    },
    D30: ({ handler }) => {
      assert.equal(handler.seen[0]?.target, '//evil.test/D30')
      assert.equal(handler.seen[0].authority, 't.test')
    },
    D34: ({ handler }) => assert.equal(handler.seen[0]?.target, '/D34'),
    E11: ({ handler }) => assert.equal(handler.seen[0]?.authority, 't.test:1337'),
    F19: ({ handler }) => assert.equal(handler.seen[0]?.body, 'abcd'),
    F22: ({ handler }) => assert.equal(handler.seen[0]?.body, 'abcd'),
    F23: ({ handler }) => assert.equal(handler.seen[0]?.fields.get('upgrade'), 'h2c'),
    F24: ({ handler }) =>
      assert.deepEqual(
        handler.seen.map((seen) => seen.target),
        ['/F24', '/admin'],
      ),
  }
  for (const wire of literalCases().filter((row) => row.refusedWith.length === 0 && row.id !== 'A30')) {
    for (const reads of READ_MODES) {
      for (const delivery of ['whole', 'byte by byte'] as const) {
        test(`${wire.id} ${delivery}, read by ${reads}: ${wire.why}`, (t) =>
          accepts(t, wire, reads, delivery))
      }
    }
  }

  async function accepts(
    t: TestContext,
    wire: WireCase,
    reads: (typeof READ_MODES)[number],
    delivery: 'whole' | 'byte by byte',
  ): Promise<void> {
    const view = views[wire.id]
    assert.ok(view !== undefined, 'each accepted case says what the handler sees')
    const server = await serve(t, { reads, isOurHost: (authority) => authority === 't.test' })
    const client = await server.connect()
    await deliver(server, client, DELIVERIES[delivery]!(wire.bytes))
    const expected = wire.id === 'A27' || wire.id === 'F24' ? 2 : 1
    const responses = await client.responses(expected)
    assert.deepEqual(
      responses.map((response) => response.status),
      new Array<number>(expected).fill(200),
    )
    view(server)
  }
})
