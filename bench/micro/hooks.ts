/**
 * What a policy's hooks add to a hit: the engine alone, answering one stored response of 1 KiB into the void, for routes with more and more
 * hooks. The routes take turns, so that a busy machine is busy for all of them.
 *
 *   node --conditions=lacquer-source bench/micro/hooks.ts [rounds]
 *
 * Prints nanoseconds of CPU per hit, the least of all rounds, and what is above the hit without a policy. A hit over all, with its
 * connection, costs some ten microseconds (`load/`).
 */
import { dropTracking, keepCookies, route, type Route } from 'lacquer-cache'
import builtin from '../../policies/builtin.ts'
import { readConfig } from '../../src/config/config.ts'
import type { BodySink, ClientExchange, ExchangeEnd } from '../../src/engine/exchange.ts'
import { engineLimits } from '../../src/engine/engine-limits.ts'
import { Engine } from '../../src/engine/engine.ts'
import { Fields } from '../../src/http/fields.ts'
import { silentLog } from '../../src/observe/events.ts'
import { PolicySet } from '../../src/policy/policy-set.ts'
import { Client } from '../../src/testing/client.ts'
import { TestEdge } from '../../src/testing/test-edge.ts'

const HITS = 20_000
const rounds = Number(process.argv[2] ?? 40)

const ROUTES: Record<string, Route | null> = {
  'no policy': null,
  'recv, which reads': route({ recv: ({ request }) => void request.headers.get('accept-language') }),
  'recv and deliver, which read': route({
    recv: ({ request }) => void request.headers.get('accept-language'),
    deliver: ({ response }) => void String(response.status),
  }),
  'recv and deliver, which adds a field': route({
    recv: ({ request }) => void request.headers.get('accept-language'),
    deliver: ({ response }) => response.headers.set('X-Cache', response.outcome),
  }),
  'recv that drops cookies and parameters': route({
    recv({ request }) {
      keepCookies(request, 'session')
      dropTracking(request)
    },
  }),
  'recv, hit and deliver': route({
    recv: ({ request }) => void request.headers.get('accept-language'),
    hit: ({ stored }) => void String(stored.ttlMs),
    deliver: ({ response }) => response.headers.set('X-Cache', response.outcome),
  }),
}

const FIELDS = Fields.of(
  ['host', 'example.com'],
  ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0'],
  ['accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['accept-encoding', 'gzip, deflate, br, zstd'],
  ['accept-language', 'en-US,en;q=0.9'],
  ['cookie', '_ga=GA1.1.1; theme=dark'],
)

/** A client that throws away what it gets. */
class Void implements ClientExchange {
  readonly method = 'GET'
  readonly target = '/a?b=1'
  readonly scheme = 'http'
  readonly authority = 'example.com'
  readonly host = 'example.com'
  readonly fields = FIELDS
  readonly minorVersion = 1
  readonly clientAddress = '192.0.2.1'
  readonly peerAddress = '192.0.2.1'
  readonly peerIsTrusted = false
  readonly receivedAt: number
  readonly hasBody = false
  readonly bodyBytes = 0
  readonly receivedBytes = 500
  readonly sentBytes = 1200
  readonly refusal = null
  ended: ((end: ExchangeEnd) => void) | null = null
  drained: (() => void) | null = null

  constructor(receivedAt: number) {
    this.receivedAt = receivedAt
  }

  sendStored(): void {
    this.ended?.('complete')
  }
  sendNotModified(): void {
    throw new Error('not a plain hit')
  }
  send(): void {
    throw new Error('not a plain hit')
  }
  begin(): BodySink {
    throw new Error('not a plain hit')
  }
  body(): never {
    throw new Error('there is none')
  }
  whenBodyHeld(): never {
    throw new Error('there is none')
  }
  upgrade(): never {
    throw new Error('nobody asked')
  }
  informational(): void {
    throw new Error('nobody asked')
  }
  destroy(): void {
    throw new Error('nobody asked')
  }
}

const contestants = Object.entries(ROUTES).map(([name, policy]) => ({
  name,
  engine: stocked(policy),
  best: Infinity,
}))
for (let round = 0; round < rounds; round++)
  for (const one of contestants) one.best = Math.min(one.best, nanosecondsPerHit(one.engine))
const plain = contestants[0]?.best ?? 0
console.log('policy'.padEnd(40), 'ns/hit'.padStart(8), 'added'.padStart(8))
for (const { name, best } of contestants)
  console.log(name.padEnd(40), best.toFixed(0).padStart(8), (best - plain).toFixed(0).padStart(8))

/** An engine over a store with the response that is asked for. Its transactions are not watched, as in production. */
function stocked(policy: Route | null): Engine {
  const { clock, store, tags, recorder, origins, origin } = new TestEdge([])
  const config = readConfig([])
  if (!config.ok) throw new Error('the parameters have no defaults')
  const sources = policy === null ? [] : [{ route: policy, name: 'bench', file: '' }]
  const engine = new Engine({
    clock,
    store,
    tags,
    recorder,
    origins,
    log: silentLog,
    limits: engineLimits(config.settings),
    seed: 'bench',
    policies: new PolicySet('bench', sources, { route: builtin, name: 'builtin', file: '' }),
  })
  origin.respond(200, { 'cache-control': 'max-age=3600', etag: '"1"' }, 'x'.repeat(1024))
  const headers = { 'accept-language': 'en' }
  const init = { method: 'GET', url: '/a?b=1', headers, body: null, from: '192.0.2.1', isTrusted: false }
  engine.handle(new Client({ ...init, now: clock.now() }))
  return engine
}

function nanosecondsPerHit(engine: Engine): number {
  const before = process.cpuUsage()
  for (let i = 0; i < HITS; i++) engine.handle(new Void(0))
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / HITS
}
