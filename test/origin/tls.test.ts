// Origins behind TLS, and origins behind a forward proxy, whose certificate or answer must be right.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { afterEach, before, beforeEach, describe, test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import type { Origin } from '../../src/origin/origin.ts'
import {
  createOrigin,
  ORIGIN_DEFAULTS,
  OriginConfigError,
  type OriginConfig,
} from '../../src/origin/undici-origin.ts'
import { certificate } from './certificate.ts'
import { originAt, Outcome, settle } from './outcome.ts'
import { RawOrigin, type RawRequest } from './raw-origin.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const LOCAL = 'DNS:localhost,IP:127.0.0.1'
let tls: RawOrigin
let proxy: RawOrigin
let clock: VirtualClock
const origins: Origin[] = []

function origin(url: string, config: Partial<OriginConfig> = {}): Origin {
  const made = originAt(url, config, clock)
  origins.push(made)
  return made
}

before(() => {
  certificate(LOCAL)
})
beforeEach(async () => {
  clock = new VirtualClock()
  tls = await RawOrigin.listen(certificate(LOCAL))
  proxy = await RawOrigin.listen()
})
afterEach(async () => {
  await tls.close()
  await proxy.close()
  for (const made of origins.splice(0)) await made.close()
})

describe('an https origin', () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    test(`whose certificate is for ${host} and from a trusted authority is asked`, async () => {
      const o = origin(`https://${host}:${tls.port}`, { ca: certificate(LOCAL).cert })
      assert.equal(await Outcome.of(o).over(), '200 ok')
      assert.equal(await Outcome.of(o).over(), '200 ok')
      assert.equal(tls.connections.length, 1)
      assert.equal(tls.requests[0]!.field('host'), 'example.test')
    })
  }

  test('whose certificate nobody trusts is not', async () => {
    const got = Outcome.of(origin(tls.url))
    assert.equal(await got.over(), 'failed tls')
    assert.equal(got.error?.retryable, true)
    assert.equal(tls.requests.length, 0)
  })

  test('whose certificate is for somebody else is not', async () => {
    const other = certificate('DNS:other.test')
    const wrong = await RawOrigin.listen(other)
    assert.equal(await Outcome.of(origin(wrong.url, { ca: other.cert })).over(), 'failed tls')
    assert.equal(wrong.requests.length, 0)
    await wrong.close()
  })

  test('that does not speak TLS', async () => {
    const plain = await RawOrigin.listen()
    plain.greeting = (connection) => connection.send('HTTP/1.1 400 Bad Request\r\n\r\n')
    assert.equal(await Outcome.of(origin(`https://127.0.0.1:${plain.port}`)).over(), 'failed tls')
    await plain.close()
  })

  test('that closes instead of a handshake', async () => {
    const plain = await RawOrigin.listen()
    plain.greeting = (connection) => connection.cut()
    assert.equal(await Outcome.of(origin(`https://127.0.0.1:${plain.port}`)).over(), 'failed tls')
    await plain.close()
  })

  test('that never ends its handshake is given up in time', async () => {
    const plain = await RawOrigin.listen()
    const got = Outcome.of(origin(`https://127.0.0.1:${plain.port}`, { connectTimeoutMs: 700 }))
    const connection = await plain.connection(0)
    clock.advance(699)
    await settle()
    assert.equal(got.isOver, false)
    clock.advance(1)
    assert.equal(await got.over(), 'failed connect-timeout')
    assert.equal(got.error?.retryable, true)
    await connection.closed
    await plain.close()
  })

  test('is judged as strictly: a body cut short is truncated', async () => {
    tls.script((request) => request.sendAndCut('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'))
    const o = origin(tls.url, { ca: certificate(LOCAL).cert })
    // Whether anybody saw its beginning depends on whether TLS read it together with the end.
    assert.match(await Outcome.of(o).over(), /^(?:200 (?:hello)? ?)?failed truncated$/)
  })

  test('is judged as strictly: bytes behind a response end the connection', async () => {
    tls.answer(OK + OK)
    const o = origin(tls.url, { ca: certificate(LOCAL).cert })
    assert.equal(await Outcome.of(o).over(), '200 ok')
    await tls.connections[0]!.closed
  })

  test('delivers large bodies whole', async () => {
    const body = Buffer.alloc(1_000_000, 'abcdefghij')
    tls.answer(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n'), body]))
    const got = Outcome.of(origin(tls.url, { ca: certificate(LOCAL).cert }))
    await got.over()
    assert.ok(Buffer.concat(got.chunks).equals(body))
  })
})

describe('§9.3.6 an origin behind a forward proxy', () => {
  /** The proxy answers CONNECT like this, and joins the connection to `port` behind a 200. */
  function tunnelTo(
    port: number,
    answer = 'HTTP/1.1 200 Connection established\r\n\r\n',
  ): (request: RawRequest) => void {
    return (request) => {
      request.connection.raw()
      const far = connect(port, '127.0.0.1', () => {
        request.send(answer)
        far.pipe(request.connection.socket)
        request.connection.socket.pipe(far)
      })
      far.on('error', () => undefined)
    }
  }

  test('is reached through CONNECT', async () => {
    const far = await RawOrigin.listen()
    proxy.script(tunnelTo(far.port))
    const o = origin(far.url, { proxy: proxy.url })
    assert.equal(await Outcome.of(o).over(), '200 ok')
    assert.equal(await Outcome.of(o).over(), '200 ok')
    assert.equal(proxy.connections.length, 1)
    assert.equal(
      proxy.requests[0]!.rawHead,
      `CONNECT 127.0.0.1:${far.port} HTTP/1.1\r\nHost: 127.0.0.1:${far.port}\r\n\r\n`,
    )
    assert.equal(
      far.requests[0]!.rawHead,
      'GET / HTTP/1.1\r\nhost: example.test\r\nconnection: keep-alive\r\n\r\n',
    )
    await far.close()
  })

  test('is verified when it speaks TLS: the proxy sees nothing', async () => {
    proxy.script(tunnelTo(tls.port))
    const o = origin(tls.url, { proxy: proxy.url, ca: certificate(LOCAL).cert })
    assert.equal(await Outcome.of(o).over(), '200 ok')
    assert.equal(proxy.connections[0]!.received.includes('GET'), false)
    assert.equal(await Outcome.of(origin(tls.url, { proxy: proxy.url })).over(), 'failed tls')
  })

  test('is asked for with the credentials of the proxy URL', async () => {
    const far = await RawOrigin.listen()
    proxy.script(tunnelTo(far.port))
    const o = origin(far.url, { proxy: `http://us%3Aer:p%40ss@127.0.0.1:${proxy.port}` })
    assert.equal(await Outcome.of(o).over(), '200 ok')
    const expected = `Basic ${Buffer.from('us:er:p@ss').toString('base64')}`
    assert.equal(proxy.requests[0]!.field('proxy-authorization'), expected)
    assert.equal(far.requests[0]!.field('proxy-authorization'), undefined)
    await far.close()
  })

  const refusals: Record<string, string> = {
    'a 407': 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n',
    'a 502': 'HTTP/1.1 502 Bad Gateway\r\n\r\nno',
    'a redirect': 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n',
    'what is not HTTP': 'hello\r\n',
    'a 200 with bytes behind it': 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL',
    'an endless head': `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(20_000)}`,
  }
  for (const [what, answer] of Object.entries(refusals)) {
    test(`fails when the proxy answers ${what}`, async () => {
      proxy.answer(answer)
      const got = Outcome.of(origin('http://far.test', { proxy: proxy.url }))
      assert.equal(await got.over(), 'failed tunnel')
      assert.equal(got.error?.retryable, true)
      await proxy.connections[0]!.closed
      assert.equal(proxy.requests.length, 1)
    })
  }

  test('fails when the proxy closes', async () => {
    proxy.script((request) => request.cut())
    assert.equal(await Outcome.of(origin('http://far.test', { proxy: proxy.url })).over(), 'failed tunnel')
  })

  test('fails when the proxy takes too long', async () => {
    proxy.script(() => undefined)
    const got = Outcome.of(origin('http://far.test', { proxy: proxy.url, connectTimeoutMs: 900 }))
    await proxy.request(0)
    clock.advance(900)
    assert.equal(await got.over(), 'failed connect-timeout')
    await proxy.connections[0]!.closed
  })
})

describe('a configuration that makes no sense', () => {
  const wrong: [config: Partial<OriginConfig>, message: RegExp][] = [
    [
      { url: 'nonsense' },
      /^origin "o" is no URL: nonsense; write http:\/\/HOST:PORT or https:\/\/HOST:PORT$/,
    ],
    [{ url: 'ftp://x' }, /^origin "o" can't be reached by ftp: in ftp:\/\/x; write http/],
    [{ url: 'localhost:8000' }, /^origin "o" can't be reached by localhost:/],
    [{ url: 'http://x/path' }, /^origin "o" has a path, a query or a fragment/],
    [{ url: 'http://x?a' }, /^origin "o" has a path/],
    [{ proxy: 'socks5://x' }, /^the proxy of origin "o" can't be reached by socks5:/],
    [{ url: 'https://x', ca: 'no pem' }, /^the certificate authorities of origin "o" are no PEM/],
  ]
  for (const [config, message] of wrong) {
    test(JSON.stringify(config), () => {
      assert.throws(
        () =>
          createOrigin(
            { ...ORIGIN_DEFAULTS, name: 'o', url: 'http://x', ...config },
            { clock: new VirtualClock() },
          ),
        (error) => error instanceof OriginConfigError && message.test(error.message),
      )
    })
  }
})
