/** Each hook takes its verdicts and no other, and what a view does not let be written to throws, whatever the types were told. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  abandon,
  deliver,
  fetch,
  lookup,
  pass,
  pipe,
  purge,
  restart,
  retry,
  route,
  synth,
  type HookName,
  type Hooks,
  type Verdict,
} from 'lacquer-cache'
import { testEdge, type TestEdge } from 'lacquer-cache/testing'
import { HOOK_NAMES, LEGAL_VERDICTS } from '../../src/policy/hooks.ts'

const ALL: { readonly [Kind in Verdict['kind']]: Verdict } = {
  lookup: lookup(),
  pass: pass('test'),
  pipe: pipe(),
  purge: purge(),
  synth: synth(200),
  fetch: fetch(),
  deliver: deliver(),
  restart: restart(),
  retry: retry(),
  abandon: abandon(),
}

const UPGRADE = { connection: 'upgrade', upgrade: 'websocket' }

/** Sends the request in whose life the hook is called, and says the reason of its answer. */
function ask(edge: TestEdge, hook: HookName): string {
  edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'a')
  if (hook === 'originError') edge.origin.fail('refused')
  if (hook === 'hit') edge.get('/a')
  return edge.get('/a', hook === 'pipe' ? { headers: UPGRADE } : {}).reason
}

/** A route on which this hook is called. */
function routeOf(hook: HookName, what: (at: object) => unknown): TestEdge {
  const ways: Partial<Hooks> = {
    ...(hook === 'pass' ? { recv: () => pass('x') } : {}),
    ...(hook === 'purge' ? { recv: ({ request }) => (request.restarts === 0 ? purge() : synth(204)) } : {}),
    ...(hook === 'synth' ? { recv: ({ request }) => (request.restarts === 0 ? synth(204) : undefined) } : {}),
  }
  return testEdge(route({ ...ways, [hook]: what }))
}

describe('every hook takes its verdicts, and no other', () => {
  for (const hook of HOOK_NAMES) {
    for (const [kind, verdict] of Object.entries(ALL) as [Verdict['kind'], Verdict][]) {
      const isLegal = LEGAL_VERDICTS[hook].includes(kind)
      test(`${hook}: ${kind}() ${isLegal ? 'is legal' : 'is refused'}`, () => {
        const edge = routeOf(hook, () => verdict)
        const reason = ask(edge, hook)
        assert.equal(edge.count('hookProblems', 'illegal-verdict'), isLegal ? 0 : 1)
        if (isLegal) assert.notEqual(reason, `policy-${hook}`)
        else assert.equal(reason, `policy-${hook}`)
      })
    }
  }
})

/** What can't be written: a property and a value, or a method and its arguments. */
const REFUSED: readonly (readonly [hook: HookName, path: string, value: unknown, says: RegExp])[] = [
  ['recv', 'request.scheme', 'https', /request\.scheme can be read/],
  ['recv', 'request.path', '/b', /request\.path can be read/],
  ['recv', 'request.restarts', 0, /request\.restarts can be read/],
  ['recv', 'request.params.id', '1', /object is not extensible/],
  ['recv', 'request.client.address', '', /request\.client\.address can be read/],
  ['recv', 'now', 0, /at\.now can be read/],
  ['recv', 'scratch', {}, /at\.scratch can be read/],
  ['recv', 'request', {}, /at\.request can be read/],
  ['recv', 'request.method', 'GET /', /request\.method: 'GET \/' is no method/],
  ['recv', 'request.method', 5, /request\.method: 5 is no method/],
  ['recv', 'request.host', 'a b', /request\.host: 'a b' is no host name/],
  ['recv', 'request.host', undefined, /request\.host: undefined is no host name/],
  ['recv', 'request.url', 'a', /request\.url: 'a' must be/],
  ['recv', 'request.url', 5, /request\.url: 5 must be/],
  ['recv', 'request.origin', null, /request\.origin: null is no name/],
  ['recv', 'request.headers.set()', ['X-A', 'a\nb'], /header x-a: value "a\\nb" has control characters/],
  ['recv', 'request.headers.set()', ['Host', 'a'], /header host is Lacquer's own business/],
  ...(['hash', 'hit', 'miss', 'pass', 'pipe', 'synth', 'deliver'] as const).flatMap((hook) =>
    (
      [
        ['request.url', '/b'],
        ['request.method', 'POST'],
        ['request.host', 'b.example'],
        ['request.origin', 'b'],
        ['request.headers.set()', ['X-A', '1']],
        ['request.headers.append()', ['X-A', '1']],
        ['request.headers.delete()', ['X-A']],
      ] as const
    ).map(
      ([path, value]) => [hook, path, value, /the request can be changed in recv and purge only/] as const,
    ),
  ),
  ['hash', 'key.url', 'a\nb', /key\.url: [^]* must be text without a line break, and begin with a slash/],
  ['hash', 'key.host', 5, /key\.host: 5 must be text without a line break, and have none of/],
  ['hash', 'key.add()', [5], /key\.add: 5 is no text/],
  ['hash', 'key.pat', 'b', /object is not extensible/],
  ['hit', 'stored.ttlMs', 0, /stored\.ttlMs can be read/],
  ['hit', 'stored.headers.delete()', ['etag'], /a stored response does not change/],
  ['hit', 'stored.tags.push()', ['a'], /object is not extensible/],
  ['pipe', 'originRequest.method', 'POST', /request\.method can be read/],
  ['purge', 'purged.responses', 0, /read only property 'responses'/],
  ['synth', 'response.reason', '', /response\.reason can be read/],
  ['synth', 'response.body', 5, /response\.body: give text, not number/],
  ['originRequest', 'request.method', 'POST', /request\.method can be read/],
  ['originRequest', 'request.retries', 0, /request\.retries can be read/],
  ['originRequest', 'request.ur', '/b', /object is not extensible/],
  ['originRequest', 'request.url', 'b', /request\.url: 'b' must be/],
  ['originResponse', 'request.url', '/b', /in originRequest and pipe only/],
  ['originResponse', 'request.headers.set()', ['a', 'b'], /in originRequest and pipe only/],
  ['originResponse', 'response.wasValidated', true, /response\.wasValidated can be read/],
  ['originResponse', 'response.tags', new Set(), /response\.tags can be read/],
  ['originResponse', 'response.ttl', 60, /response\.ttl: 60 lacks its unit/],
  ['originResponse', 'response.grace', '10 minutes', /response\.grace: '10 minutes' is no duration/],
  ['originResponse', 'response.ttlMs', -1, /response\.ttlMs: -1 is no span of time/],
  ['originResponse', 'response.status', 1000, /1000 is not a final status/],
  [
    'originResponse',
    'response.storeDespite()',
    ['all'],
    /there is no rule 'all'; there are set-cookie, private/,
  ],
  ['originResponse', 'response.tll', '1m', /object is not extensible/],
  ['originError', 'error.failure', '', /read only property 'failure'/],
  ['originError', 'request.origin', 'b', /in originRequest and pipe only/],
  ['deliver', 'response.outcome', '', /response\.outcome can be read/],
  ['deliver', 'response.status', 99, /99 is not a final status/],
]

describe('what is not to be written to throws, and says what is the matter', () => {
  for (const [hook, path, value, says] of REFUSED) {
    test(`${hook}: ${path} ${JSON.stringify(value)}`, () => {
      const edge = routeOf(hook, (at) => write(at, path, value))
      assert.equal(ask(edge, hook), `policy-${hook}`)
      const { where, ...detail } = edge.log.find(({ event }) => event === 'policy-hook-error')?.detail ?? {}
      assert.deepEqual({ ...detail, message: '' }, { hook, route: 'route-0', problem: 'threw', message: '' })
      assert.equal(where, '')
      assert.match(String(detail['message']), says)
    })
  }
})

/** As a policy does that was not type-checked. */
function write(at: object, path: string, value: unknown): void {
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  const target = steps.reduce((from, step) => from[step] as Untyped, at as Untyped)
  if (last.endsWith('()')) Reflect.apply(target[last.slice(0, -2)] as () => void, target, value as unknown[])
  else target[last] = value
}
type Untyped = Record<string, unknown>

describe('what was handed to a hook is of no use for writing once the hook has answered', () => {
  test('the request, the key, the response', () => {
    const kept: (() => void)[] = []
    const keep = (write: () => void): void => void kept.push(write)
    const edge = testEdge(
      route({
        recv: ({ request }) => keep(() => (request.url = '/b')),
        hash: ({ key }) => keep(() => key.add('b')),
        originRequest: ({ request }) => keep(() => request.headers.set('X-A', '1')),
        originResponse({ response, withdraw }) {
          keep(() => (response.ttl = '1h'))
          keep(() => (response.uncacheable = true))
          keep(() => void response.tags.add('late'))
          keep(() => void withdraw.tags('late'))
        },
        hit: ({ stored }) => keep(() => assert.equal(stored.status, 200)),
        deliver({ response }) {
          keep(() => response.headers.set('X-A', '1'))
          keep(() => (response.status = 203))
          keep(() => void response.headers.get('etag'))
        },
        synth: ({ response }) => keep(() => (response.body = 'late')),
      }),
    )
    edge.origin.respond(200, { 'cache-control': 'max-age=60' }, 'a')
    edge.get('/a').expect({ outcome: 'miss' })
    edge.get('/a').expect({ outcome: 'hit' })
    edge.origin.fail('refused')
    edge.get('/c').expect({ status: 502 })
    assert.ok(kept.length >= 15)
    for (const write of kept) assert.throws(write, TypeError)
    edge.expectStored('/a', { ttl: '60s', tags: [] })
  })
})
