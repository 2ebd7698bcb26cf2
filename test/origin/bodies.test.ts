// Request bodies on their way out, response bodies held back, and fetches given up.
import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Origin } from '../../src/origin/origin.ts'
import { originAt, Outcome, postOf, requestOf, settle } from './outcome.ts'
import { RawOrigin } from './raw-origin.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
let raw: RawOrigin
let origin: Origin

beforeEach(async () => {
  raw = await RawOrigin.listen()
  origin = originAt(raw.url)
})
afterEach(async () => {
  await raw.close()
  await origin.close()
})

describe('a request body', () => {
  test('of known length goes out by Content-Length', async () => {
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, 11))
    body.write('hello ')
    await raw.until(() => raw.connections[0]?.received.includes('hello ') === true)
    body.end('world')
    assert.equal(await got.over(), '200 ok')
    const [request] = raw.requests
    assert.equal(request!.body.toString(), 'hello world')
    assert.equal(
      request!.rawHead,
      'POST / HTTP/1.1\r\nhost: example.test\r\nconnection: keep-alive\r\ncontent-length: 11\r\n\r\n',
    )
  })

  test('of unknown length goes out chunked', async () => {
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, null))
    body.write('hello ')
    await raw.until(() => raw.connections[0]?.received.includes('hello ') === true)
    body.end('world')
    assert.equal(await got.over(), '200 ok')
    assert.equal(raw.requests[0]!.body.toString(), 'hello world')
    assert.equal(raw.requests[0]!.field('transfer-encoding'), 'chunked')
    assert.equal(raw.requests[0]!.field('content-length'), undefined)
  })

  test('that is there already goes out whole', async () => {
    assert.equal(await Outcome.of(origin, postOf(Readable.from([Buffer.from('hello')]), 5)).over(), '200 ok')
    assert.equal(raw.requests[0]!.body.toString(), 'hello')
  })

  test('that is empty goes out as Content-Length 0', async () => {
    const body = new PassThrough()
    body.end()
    assert.equal(await Outcome.of(origin, postOf(body, 0)).over(), '200 ok')
    assert.equal(raw.requests[0]!.field('content-length'), '0')
  })

  test('leaves the connection usable', async () => {
    for (let i = 0; i < 3; i++) {
      const body = new PassThrough()
      body.end('hello')
      assert.equal(await Outcome.of(origin, postOf(body, i === 1 ? 5 : null)).over(), '200 ok')
    }
    assert.equal(raw.connections.length, 1)
  })

  test('with a method that does not call for one does not', async () => {
    const body = new PassThrough()
    body.end('hello')
    assert.equal(await Outcome.of(origin, postOf(body, 5, 'GET')).over(), '200 ok')
    assert.equal(raw.requests[0]!.body.toString(), 'hello')
    await raw.connections[0]!.closed
  })

  test('is read no faster than the origin takes it', async () => {
    raw.greeting = (connection) => connection.socket.pause()
    const chunk = Buffer.alloc(65_536)
    let reads = 0
    const body = new Readable({
      read() {
        reads++
        this.push(reads <= 1024 ? chunk : null)
      },
    })
    const got = Outcome.of(origin, postOf(body, 1024 * chunk.length))
    await raw.connection(0)
    let before = -1
    while (before !== reads) {
      before = reads
      await settle(20)
    }
    assert.ok(reads < 1000, `${reads} reads of a stalled origin`)
    raw.connections[0]!.socket.resume()
    assert.equal(await got.over(), '200 ok')
    assert.equal(raw.requests[0]!.body.length, 1024 * chunk.length)
  })

  for (const how of ['an error', 'a close'] as const) {
    for (const bodyBytes of [10, null]) {
      test(`that breaks off with ${how} breaks the origin connection (${bodyBytes ?? 'chunked'})`, async () => {
        const body = new PassThrough()
        const got = Outcome.of(origin, postOf(body, bodyBytes))
        body.write('hello')
        await raw.until(() => raw.connections[0]?.received.includes('hello') === true)
        if (how === 'an error') body.destroy(new Error('client gone'))
        else body.destroy()
        assert.equal(await got.over(), 'failed request-body')
        assert.equal(got.error?.retryable, false)
        await raw.connections[0]!.closed
        assert.equal(raw.requests.length, 0, 'the origin never saw a complete request')
        assert.equal(origin.figures().open, 0)
      })
    }
  }

  test('that breaks off while a connection is being made fails the fetch', async () => {
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, 10))
    body.destroy(new Error('client gone'))
    assert.equal(await got.over(), 'failed request-body')
    await settle()
    assert.equal(raw.requests.length, 0)
    assert.equal(origin.figures().open, 0)
  })

  test('that broke off before the fetch fails it', async () => {
    const body = new PassThrough()
    body.on('error', () => undefined)
    body.destroy(new Error('client gone'))
    await settle()
    assert.equal(await Outcome.of(origin, postOf(body, 10)).over(), 'failed request-body')
    assert.equal(origin.figures().open, 0)
  })

  test('that is longer than said breaks the origin connection', async () => {
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, 5))
    body.write('hell')
    await raw.until(() => raw.connections[0]?.received.includes('hell') === true)
    body.write('o and more')
    await got.over()
    assert.equal(got.error?.failure, 'request-body')
    await raw.connections[0]!.closed
    assert.equal(raw.requests.length, 0)
  })

  test('that is shorter than said breaks the origin connection', async () => {
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, 10))
    body.write('hell')
    await raw.until(() => raw.connections[0]?.received.includes('hell') === true)
    body.end('o')
    assert.equal(await got.over(), 'failed request-body')
    await raw.connections[0]!.closed
    assert.equal(raw.requests.length, 0)
  })

  test('that is still coming when the response is complete is given up with the connection', async () => {
    raw.eager = true
    raw.answer('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno')
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, 1000))
    body.write('hello')
    assert.equal(await got.over(), '413 no')
    await raw.connections[0]!.closed
    await settle()
    assert.equal(body.destroyed, true)
    assert.equal(origin.figures().open, 0)
  })

  test('an origin that closes while it is sent', async () => {
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, 1000))
    body.write('hello')
    await raw.until(() => raw.connections[0]?.received.includes('hello') === true)
    raw.connections[0]!.reset()
    assert.equal(await got.over(), 'failed closed-before-head')
    await settle()
    assert.equal(body.destroyed, true)
  })
})

describe('a paused fetch', () => {
  const body = Buffer.alloc(2_000_000, 'abcdefghij')
  const framings: Record<string, Buffer> = {
    'by length': Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`),
      body,
    ]),
    chunked: Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`),
      body,
      Buffer.from('\r\n0\r\n\r\n'),
    ]),
  }
  for (const [framing, response] of Object.entries(framings)) {
    test(`gets nothing until it is resumed (${framing})`, async () => {
      raw.answer(response)
      let paused = false
      const got = Outcome.of(origin, requestOf(), (outcome) => {
        outcome.onData = () => {
          assert.equal(paused, false, 'data while paused')
          paused = true
          outcome.fetch!.pause()
          setImmediate(() => {
            paused = false
            outcome.fetch!.resume()
          })
        }
      })
      assert.equal((await got.over()).length, body.length + 4)
      assert.ok(Buffer.concat(got.chunks).equals(body))
      assert.ok(got.chunks.length > 10)
      assert.equal(origin.figures().idle, 1)
    })
  }

  test('holds back the origin', async () => {
    raw.answer(
      Buffer.concat([
        Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 64000000\r\n\r\n'),
        Buffer.alloc(64_000_000),
      ]),
    )
    const got = Outcome.of(origin, requestOf(), (outcome) => {
      outcome.onHead = () => outcome.fetch!.pause()
    })
    await got.until(() => got.response !== null)
    await settle(50)
    assert.equal(got.chunks.length, 0)
    assert.ok(raw.connections[0]!.socket.writableLength > 10_000_000, 'most of it is still with the origin')
    got.fetch!.abort()
    await raw.connections[0]!.closed
    assert.deepEqual(got.calls, ['head'])
  })

  test('may be paused before it begins', async () => {
    const got = Outcome.of(origin)
    got.fetch!.pause()
    await got.until(() => got.response !== null)
    await settle()
    assert.deepEqual(got.calls, ['head'])
    got.fetch!.resume()
    assert.equal(await got.over(), '200 ok')
  })

  test('may be paused and resumed at once, any number of times', async () => {
    const got = Outcome.of(origin, requestOf(), (outcome) => {
      const flutter = (): void => {
        outcome.fetch!.pause()
        outcome.fetch!.resume()
        outcome.fetch!.pause()
        outcome.fetch!.resume()
      }
      outcome.onHead = flutter
      outcome.onData = flutter
    })
    assert.equal(await got.over(), '200 ok')
  })

  test('may be resumed from within the callback of another fetch', async () => {
    const first = Outcome.of(origin, requestOf(), (outcome) => {
      outcome.onHead = () => outcome.fetch!.pause()
    })
    await first.until(() => first.response !== null)
    const second = Outcome.of(origin, requestOf(), (outcome) => {
      outcome.onData = () => first.fetch!.resume()
    })
    assert.equal(await second.over(), '200 ok')
    assert.equal(await first.over(), '200 ok')
  })

  test('whose origin closes behind the complete body gets all of it', async () => {
    raw.script((request) => request.sendAndCut(OK))
    const got = Outcome.of(origin, requestOf(), (outcome) => {
      outcome.onData = () => outcome.fetch!.pause()
    })
    await got.until(() => got.body === 'ok')
    await settle(20)
    got.fetch!.resume()
    assert.equal(await got.over(), '200 ok')
  })

  test('of a body to the end of the connection hears nothing where nothing came', async () => {
    raw.answer('HTTP/1.1 200 OK\r\n\r\nhello')
    const got = Outcome.of(origin, requestOf(), (outcome) => {
      outcome.onData = () => {
        outcome.fetch!.pause()
        setImmediate(() => outcome.fetch!.resume())
      }
    })
    await got.until(() => got.body === 'hello')
    await settle(20)
    assert.deepEqual(got.calls, ['head', 'data'])
    raw.requests[0]!.sendAndCut(' world')
    assert.equal(await got.over(), '200 hello world')
  })

  test('whose origin resets fails', async () => {
    raw.answer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
    const got = Outcome.of(origin, requestOf(), (outcome) => {
      outcome.onData = () => outcome.fetch!.pause()
    })
    await got.until(() => got.body === 'hello')
    raw.connections[0]!.reset()
    assert.equal(await got.over(), '200 hello failed truncated')
  })
})

describe('an abort', () => {
  test('closes the connection and is followed by silence', async () => {
    raw.answer('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
    const got = Outcome.of(origin)
    await got.until(() => got.body === 'hello')
    got.fetch!.abort()
    got.fetch!.abort()
    await raw.connections[0]!.closed
    await settle()
    assert.deepEqual(got.calls, ['head', 'data'])
    assert.equal(origin.figures().open, 0)
  })

  for (const at of ['onHead', 'onData'] as const) {
    for (const closing of ['', 'Connection: close\r\n']) {
      test(`may come from within ${at} (${closing === '' ? 'kept' : 'closing'})`, async () => {
        raw.answer(`HTTP/1.1 200 OK\r\n${closing}Content-Length: 2\r\n\r\nok`)
        const got = Outcome.of(origin, requestOf(), (outcome) => {
          outcome[at] = () => outcome.fetch!.abort()
        })
        await raw.request(0)
        await raw.connections[0]!.closed
        await settle()
        assert.deepEqual(got.calls, at === 'onHead' ? ['head'] : ['head', 'data'])
        assert.equal(origin.figures().open, 0)
      })
    }
  }

  test('after the end does nothing', async () => {
    const got = Outcome.of(origin)
    await got.over()
    got.fetch!.abort()
    got.fetch!.pause()
    got.fetch!.resume()
    await settle()
    assert.equal(origin.figures().idle, 1)
    assert.equal(await Outcome.of(origin).over(), '200 ok')
    assert.equal(raw.connections.length, 1)
  })

  test('with a request body under way ends the body', async () => {
    const body = new PassThrough()
    const got = Outcome.of(origin, postOf(body, 1000))
    body.write('hello')
    await raw.until(() => raw.connections[0]?.received.includes('hello') === true)
    got.fetch!.abort()
    await raw.connections[0]!.closed
    await settle()
    assert.deepEqual(got.calls, [])
    assert.equal(body.destroyed, true)
  })
})
