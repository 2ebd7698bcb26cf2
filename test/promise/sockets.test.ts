/**
 * The same promise over real sockets: a whole edge, purges over its control API, an origin and clients on loopback. `LACQUER_PROMISE_ROUNDS`
 * asks for more of them.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { Write } from '../../src/cli/line-writer.ts'
import { edge } from '../edge/edge.ts'
import { PromiseChecker } from './checker.ts'
import { Dice } from './dice.ts'

const ROUNDS = Number(process.env['LACQUER_PROMISE_ROUNDS'] ?? 150)
const SEED = Number(process.env['LACQUER_PROMISE_SEED'] ?? 1)

const TARGETS = ['/shop/a', '/shop/b', '/c'] as const
const TAGS: Readonly<Record<string, string>> = { '/shop/a': 'red', '/shop/b': 'red blue', '/c': 'blue' }

/** Who asks, who answers, and who withdraws. */
class Sockets {
  readonly checker = new PromiseChecker()
  readonly dice = new Dice(SEED)
  readonly agent = new Agent({ keepAlive: true, maxSockets: 16 })
  port = 0
  adminPort = 0

  /** The origin: validates by an entity tag that never changes, says what it said when it was asked, a few turns later. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const number = this.checker.fetch()
    const target = incoming.url ?? ''
    const headers = {
      'Cache-Control': 'max-age=60, stale-while-revalidate=60',
      'Surrogate-Key': TAGS[target] ?? '',
      'X-Confirmed': String(number),
      ETag: '"same"',
    }
    const isSame = incoming.headers['if-none-match'] === '"same"'
    const body = String(number).padStart(8, '0')
    this.later(() => {
      if (isSame) {
        outgoing.writeHead(304, headers).end()
        return
      }
      outgoing.writeHead(200, { ...headers, 'Content-Length': 16 })
      outgoing.write(body)
      this.later(() => outgoing.end(body))
    })
  }

  later(act: () => void): void {
    let turns = this.dice.below(12)
    const turn = (): void => {
      if (turns-- <= 0) act()
      else setImmediate(turn)
    }
    turn()
  }

  async read(): Promise<void> {
    const target = this.dice.pick(TARGETS)
    const headers = this.dice.chance(0.2) ? { 'Cache-Control': 'no-cache' } : {}
    const began = this.checker.tick()
    const { response, text } = await this.call(this.port, 'GET', target, headers, null)
    assert.equal(response.statusCode, 200)
    const how = String(response.headers['cache-status'])
    this.checker.read({
      target,
      began,
      bodyFrom: [Number(text.slice(0, 8)), Number(text.slice(8))],
      confirmedBy: Number(response.headers['x-confirmed']),
      isFresh: !how.includes('grace'),
      how,
    })
  }

  async withdraw(): Promise<void> {
    const soft = this.dice.chance(0.3)
    const [path, body, isOf] = this.dice.pick<readonly [string, object, (target: string) => boolean]>([
      ['/v1/purge', { url: `http://127.0.0.1:${this.port}/c`, soft }, (target) => target === '/c'],
      ['/v1/purge', { tags: ['red'], soft }, (target) => TAGS[target]!.includes('red')],
      ['/v1/purge', { prefix: '/shop', soft }, (target) => target.startsWith('/shop')],
      ['/v1/purge', { all: true, soft }, () => true],
      ['/v1/bans', { expression: 'req.url ~ "^/shop"' }, (target) => target.startsWith('/shop')],
      ['/v1/bans', { expression: 'obj.tag == blue' }, (target) => TAGS[target]!.includes('blue')],
    ])
    const headers = { 'Content-Type': 'application/json' }
    const { response, text } = await this.call(this.adminPort, 'POST', path, headers, JSON.stringify(body))
    assert.equal(response.statusCode, 200, text)
    this.checker.purged(JSON.stringify(body), path === '/v1/purge' && soft, isOf)
  }

  call(
    port: number,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | null,
  ): Promise<{ response: IncomingMessage; text: string }> {
    return new Promise((resolve, reject) => {
      const sized = body === null ? headers : { ...headers, 'Content-Length': String(body.length) }
      const call = request(
        { port, host: '127.0.0.1', method, path, headers: sized, agent: this.agent },
        (response) => {
          let text = ''
          response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
          response.on('end', () => resolve({ response, text })).on('error', reject)
        },
      )
      call.on('error', reject).end(body ?? undefined)
    })
  }
}

/** Nobody reads the log. */
const SILENT: Write = (_fd, _bytes, _offset, length, done) => done(null, length)

async function started(t: TestContext): Promise<Sockets> {
  const sockets = new Sockets()
  const origin = createServer((incoming, outgoing) => sockets.answer(incoming, outgoing)).listen(
    0,
    '127.0.0.1',
  )
  await once(origin, 'listening')
  const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`
  const { running } = await edge(t, { origins: { default: url } }, { write: SILENT })
  sockets.port = running.address.port
  sockets.adminPort = running.adminAddress.port
  t.after(() => {
    sockets.agent.destroy()
    origin.closeAllConnections()
    origin.close()
  })
  return sockets
}

test(`the promise holds over real sockets, in ${ROUNDS} rounds`, async (t) => {
  const sockets = await started(t)
  const all: Promise<void>[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = sockets.dice.below(4); i >= 0; i--) all.push(sockets.read())
    await sockets.withdraw()
    // Those that are begun behind the acknowledgement meet those that were begun before it.
    for (let i = sockets.dice.below(4); i >= 0; i--) all.push(sockets.read())
    // Some are left to meet the next round's.
    if (sockets.dice.chance(0.3)) await Promise.all(all.splice(0))
  }
  await Promise.all(all)
  assert.ok(sockets.checker.reads > ROUNDS)
  assert.deepEqual(sockets.checker.violations.slice(0, 3), [])
})
