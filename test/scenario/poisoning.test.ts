// Equal keys lead to equal requests to the origin: whatever a client adds that the key does not cover and servers act on.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { World } from './world.ts'

/** What the origin is sent for `/a`, as lines. */
function asked(world: World, headers: Readonly<Record<string, string>>, method = 'GET'): string[] {
  world.send(method, '/a', headers)
  const { fields } = world.origin.last.request
  return Array.from({ length: fields.size }, (_, i) => `${fields.nameAt(i)}: ${fields.valueAt(i)}`)
}

const CLAIMS = [
  ...['forwarded', 'x-forwarded', 'x-forwarded-by', 'x-forwarded-for', 'x-forwarded-for-original'],
  ...['x-forwarded-host', 'x-forwarded-method', 'x-forwarded-path', 'x-forwarded-port', 'x-forwarded-prefix'],
  ...[
    'x-forwarded-proto',
    'x-forwarded-protocol',
    'x-forwarded-scheme',
    'x-forwarded-server',
    'x-forwarded-ssl',
  ],
  ...['x-forwarded-uri', 'x-forwarded-url', 'x-forward-for', 'x-real-ip', 'x-client-ip', 'client-ip'],
  ...['x-cluster-client-ip', 'true-client-ip', 'x-originating-ip', 'x-remote-ip', 'x-remote-addr'],
  ...['cf-connecting-ip', 'fastly-client-ip', 'front-end-https', 'x-https', 'x-scheme', 'x-url-scheme'],
  ...['x-arr-ssl', 'cf-visitor', 'x-remote-user', 'x-ssl-client-cert', 'surrogate-capability', 'proxy'],
  ...['x_forwarded_host', 'X_Forwarded-For', 'x_real_ip'],
]

const OVERRIDES = [
  ...['x-host', 'x-original-host', 'x-original-url', 'x-original-uri', 'x-original-method', 'x-rewrite-url'],
  ...['x-http-destinationurl', 'x-http-host-override', 'x-http-method', 'x-http-method-override'],
  ...['x-method-override', 'x-proxy-url', 'x-request-uri', 'x-now-route-matches', 'x-matched-path'],
  ...['x-middleware-subrequest', 'x-middleware-prefetch', 'x-invoke-path', 'x-original_url', 'x_rewrite_url'],
]

/** Whatever else a storable fetch does not carry. */
const OTHERS = [
  ...['range', 'if-range', 'if-none-match', 'if-modified-since', 'content-type', 'content-encoding'],
  ...['expect', 'max-forwards', 'te', 'trailer', 'keep-alive', 'proxy-authorization', 'proxy-connection'],
]

describe('a fetch that may be stored', () => {
  for (const name of [...CLAIMS, ...OVERRIDES, ...OTHERS]) {
    test(`is the same with ${name}`, () => {
      assert.deepEqual(asked(new World(), { [name]: 'evil.example' }), asked(new World(), {}))
    })
  }

  for (const name of [...CLAIMS, ...OVERRIDES]) {
    test(`is the same with ${name} from a proxy that is believed`, () => {
      const world = new World()
      world.peersAreTrusted = true
      assert.deepEqual(asked(world, { [name]: 'evil.example' }), asked(new World(), {}))
    })
  }

  test('is the same for GET and HEAD', () => {
    assert.deepEqual(asked(new World(), {}, 'HEAD'), asked(new World(), {}))
  })

  test('carries what Connection nominates neither here nor there', () => {
    assert.deepEqual(
      asked(new World(), { connection: 'x-a, x-b', 'x-a': '1', 'x-b': '2' }),
      asked(new World(), {}),
    )
  })

  test('keeps what Connection nominates and may not: what routes, authenticates or governs caching', () => {
    const headers = { authorization: 'Basic eDp5', cookie: 'a=b', 'cache-control': 'max-age=0', via: '1.1 x' }
    assert.deepEqual(
      asked(new World(), { ...headers, connection: Object.keys(headers).join(', ') }),
      asked(new World(), headers),
    )
  })
})

describe('a pass', () => {
  for (const name of CLAIMS) {
    test(`carries no ${name} of a stranger's`, () => {
      assert.deepEqual(
        asked(new World(), { [name]: 'evil.example' }, 'OPTIONS'),
        asked(new World(), {}, 'OPTIONS'),
      )
    })
  }

  test("carries a trusted proxy's claims, and ways to ask for another method", () => {
    const world = new World()
    world.peersAreTrusted = true
    const lines = asked(
      world,
      { 'x-forwarded-host': 'a.example', 'x-http-method-override': 'PUT' },
      'OPTIONS',
    )
    assert.ok(lines.includes('x-forwarded-host: a.example'))
    assert.ok(lines.includes('x-http-method-override: PUT'))
  })
})

describe('the key', () => {
  const differ = [
    ['http://a.example/', 'http://a.example:8080/'],
    ['http://a.example/', 'http://b.example/'],
    ['http://a.example/x', 'http://a.example/x?'],
    ['http://a.example/x', 'http://a.example//x'],
    ['http://a.example/x', 'http://a.example/X'],
    ['http://a.example/%78', 'http://a.example/x'],
    ['http://a.example/x?a=1&b=2', 'http://a.example/x?b=2&a=1'],
    ['http://a.example/x?a', 'http://a.example/x?a='],
    ['http://a.example/x;a', 'http://a.example/x'],
    ['http://a.example/x', 'https://a.example/x'],
    ['http://a.example/x/../y', 'http://a.example/y'],
  ] as const
  for (const [one, other] of differ) {
    test(`tells ${one} from ${other}`, () => {
      const world = new World()
      world.origin.always(200, { 'cache-control': 'max-age=60' }, 'x')
      world.get(one)
      world.get(other)
      assert.equal(world.origin.fetches.length, 2)
    })
  }

  test('made by a policy must leave no doubt where the host ends', () => {
    for (const [part, value] of [
      ['host', 'a/b'],
      ['url', 'b/c'],
      ['scheme', 'http://a'],
    ] as const) {
      const world = new World({
        routes: [
          {
            name: 'made',
            hash: ({ key }) => {
              key[part] = value
            },
          },
        ],
      })
      assert.equal(world.get('/a').status, 503, part)
      assert.equal(world.origin.fetches.length, 0)
    }
  })
})

describe('personal responses', () => {
  test('no extension in the path makes a response storable', () => {
    for (const path of [
      '/account.css',
      '/account/x.js',
      '/account;.png',
      '/account%00.css',
      '/account?.ico',
    ]) {
      const world = new World()
      world.origin.always(200, { 'content-type': 'text/html' }, 'mine')
      world.get(path, { cookie: 'session=1' })
      world.origin.always(200, { 'content-type': 'text/html' }, 'theirs')
      assert.equal(world.get(path, { cookie: 'session=2' }).text, 'theirs', path)
    }
  })

  for (const status of [400, 403, 404, 405, 413, 414, 429, 431, 500, 502, 503, 504]) {
    test(`a ${status} without explicit permission is not given to the next`, () => {
      const world = new World()
      world.origin.always(status, {}, 'no')
      world.get('/a', { 'x-bad': 'y'.repeat(100) })
      world.origin.always(200, {}, 'yes')
      assert.equal(world.get('/a').text, 'yes')
    })
  }
})
