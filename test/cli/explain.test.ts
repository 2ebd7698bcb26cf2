/** `lacquer explain` and `GET /explain`, of a real edge in this process, asked by the real command. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startEdge, type Edge } from '../../src/cli/edge.ts'
import { readConfig } from '../../src/config/config.ts'
import { loadPolicies } from '../../src/policy/load.ts'
import { RawOrigin } from '../origin/raw-origin.ts'
import { Folder } from './folder.ts'
import { run } from './lacquer.ts'

const POLICY = `import { cookie, pass, route } from 'lacquer-cache'
export default route({
  match: { path: '/shop/*' },
  recv({ request }): ReturnType<typeof pass> | undefined {
    return cookie(request, 'session') === undefined ? undefined : pass('logged-in')
  },
  hash({ request, key }) {
    key.add(request.headers.get('x-country') ?? 'none')
  },
})
`

class Stage implements AsyncDisposable {
  readonly #folder: Folder
  readonly #running: Edge
  readonly #origin: RawOrigin

  private constructor(origin: RawOrigin, running: Edge, folder: Folder) {
    this.#origin = origin
    this.#running = running
    this.#folder = folder
  }

  static async open(parameters: Readonly<Record<string, unknown>> = {}): Promise<Stage> {
    const folder = new Folder({ 'shop.ts': POLICY })
    const origin = await RawOrigin.listen()
    const values = {
      ...{ listen: '127.0.0.1:0', admin: '127.0.0.1:0', origins: { default: origin.url }, accessLog: 'off' },
      ...parameters,
    }
    const config = readConfig([{ kind: 'option', values }])
    assert.ok(config.ok, JSON.stringify(config))
    const policies = await loadPolicies([join(folder.path, 'shop.ts')], 'explained')
    const running = await startEdge({
      ...{ settings: config.settings, policies, version: 'test', processMetrics: null },
    })
    return new Stage(origin, running, folder)
  }

  explain(...args: readonly string[]): ReturnType<typeof run> {
    return run(['explain', '--admin', `127.0.0.1:${this.#running.adminAddress.port}`, ...args])
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.#running.address.port}${path}`, { headers })
    await response.text()
    return response.headers.get('cache-status') ?? ''
  }

  respond(head: string): void {
    this.#origin.answer(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${head}\r\n\r\nok`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#origin.connections) connection.socket.destroy()
    await this.#running.stop(5000)
    await this.#origin.close()
    this.#folder[Symbol.dispose]()
  }
}

describe('lacquer explain', () => {
  test('tells people of a hit: route, hooks with file and line, key, freshness, and each rule of storing', async () => {
    await using stage = await Stage.open()
    stage.respond('Cache-Control: max-age=600')
    await stage.get('/shop/hat')
    const { status, out, err } = await stage.explain('/shop/hat')
    assert.equal(status, 0, err)
    for (const expected of [
      /^ {2}decision {3}hit: served from the store$/m,
      /^ {2}route +shop {2}\*\/shop\/\* {2}.*shop\.ts:3$/m,
      /^ {2}hooks +recv +shop +decides nothing +.*shop\.ts:4$/m,
      /^ +hash +shop +decides nothing +.*shop\.ts:7$/m,
      /^ +and of "none", which hash added$/m,
      /^ +lifetime +10m from max-age in cache-control$/m,
      /^ +storable +ok {2}the request is a GET$/m,
    ])
      assert.match(out, expected)
  })

  test('--json is what the endpoint answers; fields and method are those of the request asked about', async () => {
    await using stage = await Stage.open()
    const { out } = await stage.explain(
      ...[
        'http://Shop.example/shop/a',
        '-X',
        'HEAD',
        '-H',
        'Cookie: session=1',
        '-H',
        'X-Country: de',
        '--json',
      ],
    )
    const { now, last } = JSON.parse(out) as {
      now: { request: object; decision: { outcome: string; reason: string }; hooks: { place: string }[] }
      last: null
    }
    assert.equal(last, null)
    assert.deepEqual(now.request, { method: 'HEAD', url: 'http://shop.example/shop/a' })
    assert.deepEqual([now.decision.outcome, now.decision.reason], ['pass', 'logged-in'])
    assert.match(now.hooks[0]?.place ?? '', /shop\.ts:4$/)
  })

  test('--last tells what became of the last ones that were no hits, and why, without credentials', async () => {
    await using stage = await Stage.open()
    stage.respond('Cache-Control: private\r\nSet-Cookie: id=hidden')
    await stage.get('/shop/mine', {
      Cookie: 'theme=concealed',
      'X-Country': 'concealed',
      Authorization: 'concealed',
    })
    const { out } = await stage.explain('/shop/mine', '--last')
    assert.match(out, /outcome +miss, status 200; .*; the response was not stored \(private\)$/m)
    assert.match(out, /NO {2}no private in the response .*\[private; it keeps the response out\]$/m)
    assert.match(out, /NO {2}no Set-Cookie/)
    assert.match(out, /for a hit +.*storeDespite\('private'\)/)
    assert.match(out, /key +http:\/\/127\.0\.0\.1:\d+\/shop\/mine \+ \(9 characters\)$/m)
    const { out: json } = await stage.explain('/shop/mine', '--last', '--json')
    assert.doesNotMatch(json, /hidden|concealed/)
    const secret = '/shop/mine?page=2&token=concealed'
    await stage.get(secret, {})
    const { out: query } = await stage.explain(secret, '--last')
    assert.match(query, /GET http:\S+\/shop\/mine\?page=2&token=\*\*\*$/m)
    assert.doesNotMatch(query, /concealed/)
    // What was not stored says why when the next one is asked about, too.
    const { out: now } = await stage.explain('/shop/mine', '-H', 'X-Country: concealed')
    assert.match(now, /last sent +200 at .*: not stored \(private\)$/m)
  })

  test('the journal is bounded, and can be left out', async () => {
    await using stage = await Stage.open({ journalEntries: 2 })
    stage.respond('Cache-Control: no-store')
    for (const path of ['/a', '/b', '/c']) await stage.get(path)
    assert.match((await stage.explain('/a', '--last')).out, /^nothing of late for \/a/)
    assert.match((await stage.explain('/b', '--last')).out, /GET http.*\/b$/m)
    await using without = await Stage.open({ journalEntries: 0 })
    const { status, err } = await without.explain('/a', '--last')
    assert.equal(status, 1)
    assert.equal(err, 'lacquer: no journal is kept; start lacquer with --journal-entries above 0\n')
  })

  test('says what is wrong with what it is asked', async () => {
    await using stage = await Stage.open()
    for (const [args, expected] of [
      [['ftp://x/'], /query\.url: 'ftp:\/\/x\/' is no URL; write http:\/\/host\/path/],
      [['/a', '--from', 'office'], /query\.from: 'office' is no IP address/],
      [['/a', '-H', 'nothing'], /query\.header: 'nothing' is no field; write 'Name: value'/],
      [['/a', '-H', 'Host: x'], /query\.header: Host is not to be given; the URL says it/],
      [['/a', '-X', 'G T'], /query\.method: 'G T' is no method/],
    ] as const) {
      const { status, err } = await stage.explain(...args)
      assert.equal(status, 1)
      assert.match(err, expected)
    }
  })
})
