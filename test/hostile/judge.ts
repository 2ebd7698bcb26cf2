/**
 * Delivers one request case and judges what became of it. It passes only if the client was answered as it should be, the
 * connection closed where it must, the origin saw what it should and nothing else, all of it canonical, nothing was stored
 * that should not be, and an innocent client is then answered with what is its own.
 */
import assert from 'node:assert/strict'
import { readResponses, type RawClient, type RawResponse } from '../server/raw-client.ts'
import { until } from '../server/server.ts'
import { Ledger, summaryOf } from './ledger.ts'
import type { RequestCase, Sees } from './request-case.ts'
import type { Stand } from './stand.ts'
import type { ReadRequest } from './strict-reader.ts'
import { request } from './wire-text.ts'

/** How a case is delivered: the pieces of its bytes, and how many good requests are in front of it. */
export interface Delivery {
  readonly name: string
  readonly pieces: readonly string[]
  readonly goods: number
}

/** A good request that leaves nothing in the store. */
const GOOD = request('POST /good HTTP/1.1', ['Host: t.test', 'Content-Length: 4'], 'good')
const GOOD_SEEN = 'POST /good good'
/** Longer cases are cut into this many pieces where they come byte by byte. */
const MAX_PIECES = 600

export function deliveriesOf({ bytes }: RequestCase): readonly Delivery[] {
  const step = Math.ceil(bytes.length / MAX_PIECES)
  const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, n) =>
    bytes.slice(n * step, (n + 1) * step),
  )
  return [
    { name: 'whole', pieces: [bytes], goods: 0 },
    { name: 'byte by byte', pieces, goods: 0 },
    { name: 'after a good request', pieces: [GOOD, bytes], goods: 1 },
    { name: 'pipelined behind a good request', pieces: [GOOD + bytes], goods: 1 },
  ]
}

export function splitAt({ bytes }: RequestCase, at: number): Delivery {
  return { name: `split at ${at}`, pieces: [bytes.slice(0, at), bytes.slice(at)], goods: 0 }
}

export class Judge {
  readonly #stand: Stand
  readonly #ledger: Ledger
  #canaries = 0

  /** From now on the origin answers every request with what may be stored, and says in it what it was asked. */
  constructor(stand: Stand) {
    this.#stand = stand
    this.#ledger = new Ledger(stand.origin)
    stand.origin.script((asked) => {
      const body = `${asked.method} ${asked.target}`
      asked.send(
        `HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: ${body.length}\r\n\r\n${asked.method === 'HEAD' ? '' : body}`,
      )
    })
  }

  /** Throws where a case is not dealt with as it must be. */
  async judge(wire: RequestCase, delivery: Delivery): Promise<void> {
    // What a case before may have left behind is its own failure.
    this.#stand.store.clear()
    const label = `${wire.id} ${delivery.name} (${wire.why})`
    const client = await this.#stand.connect()
    await this.#deliver(client, delivery.pieces)
    if (wire.ends === true) client.fin()
    const { verdict } = wire
    const wanted = verdict.kind === 'forwarded' ? verdict.answers : verdict.kind === 'answered' ? 1 : 0
    const isOver = verdict.kind === 'refused' || verdict.kind === 'broken'
    const text = isOver ? await client.untilEnd() : await this.#answers(client, wanted + delivery.goods)
    const responses = readResponses(text, [], isOver)
    client.close()
    assert.ok(
      responses.slice(0, delivery.goods).every((response) => response.body === 'POST /good'),
      `${label}: the good request was answered with ${text}`,
    )
    this.#checkAnswers(wire, responses.slice(delivery.goods), `${label}: ${text.slice(0, 2000)}`)
    await this.#checkOrigin(wire, delivery.goods, label)
    if (verdict.kind !== 'forwarded') {
      const kept = wire.id === 'G02' ? 1 : 0
      assert.equal(this.#stand.store.figures().responses, kept, `${label}: something was stored`)
    }
    await this.#canary(label)
  }

  /** Piece by piece, each after the one before has been read. */
  async #deliver(client: RawClient, pieces: readonly string[]): Promise<void> {
    const bytesIn = this.#stand.recorder.slots('bytesIn')
    for (const piece of pieces) {
      const target = bytesIn[0]! + piece.length
      client.send(piece)
      if (pieces.length === 1) return
      await until(() => bytesIn[0]! >= target || client.ended)
      if (client.ended) return
    }
  }

  async #answers(client: RawClient, count: number): Promise<string> {
    await client.responses(count)
    return client.text
  }

  #checkAnswers(wire: RequestCase, answers: readonly RawResponse[], label: string): void {
    const { verdict } = wire
    assert.ok(
      answers.every((answer) => answer.complete),
      label,
    )
    switch (verdict.kind) {
      case 'forwarded':
        assert.deepEqual(
          answers.map((answer) => `${answer.status} ${answer.body}`),
          verdict.as.slice(0, verdict.answers).map((seen) => `200 ${seen.split(' ', 2).join(' ')}`),
          label,
        )
        return
      case 'broken':
        assert.ok(
          answers.every((answer) => answer.status >= 400),
          label,
        )
        return
      default: {
        const first = wire.id === 'G02' ? 1 : 0
        assert.equal(answers.length, first + 1, label)
        const last = answers.at(-1)
        assert.ok(last !== undefined && verdict.with.includes(last.status), label)
        if (verdict.kind === 'refused') assert.match(last.head, /\r\nConnection: close/, label)
      }
    }
  }

  async #checkOrigin(wire: RequestCase, goods: number, label: string): Promise<void> {
    const { verdict } = wire
    const seen = await this.#ledger.take()
    const own = wire.id === 'G02' ? ['GET /G02a '] : []
    const expected = [
      ...new Array<string>(goods).fill(GOOD_SEEN),
      ...(verdict.kind === 'forwarded' ? verdict.as : own),
    ]
    assert.deepEqual(seen.map(summaryOf).sort(), expected.sort(), `${label}: what the origin saw`)
    if (verdict.kind === 'forwarded' && verdict.also !== undefined) {
      const first = seen.find((each) => summaryOf(each) !== GOOD_SEEN)
      checkFields(first, verdict.also, label)
    }
  }

  async #canary(label: string): Promise<void> {
    const target = `/canary?${++this.#canaries}`
    const client = await this.#stand.connect()
    client.send(request(`GET ${target} HTTP/1.1`, ['Host: t.test']))
    const [answer] = await client.responses(1)
    client.close()
    assert.equal(`${answer?.status ?? 0} ${answer?.body ?? ''}`, `200 GET ${target}`, `${label}: the canary`)
    assert.match(answer?.head ?? '', /fwd=uri-miss/, `${label}: the canary`)
    assert.deepEqual((await this.#ledger.take()).map(summaryOf), [`GET ${target} `], `${label}: the canary`)
  }
}

function checkFields(seen: ReadRequest | undefined, also: Sees, label: string): void {
  for (const [name, value] of Object.entries(also)) {
    const lines = seen?.lines.filter((line) => line[0] === name).map((line) => line[1])
    assert.deepEqual(lines, value === null ? [] : [value], `${label}: the origin's ${name}`)
  }
}
