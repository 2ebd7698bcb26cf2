// The witness by itself: whatever the pieces in which a response comes, the reading is the same.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Witness, type WitnessSink } from '../../src/origin/witness.ts'

class Sink implements WitnessSink {
  readonly interims: number[] = []
  passed = ''
  violation = ''
  informational(head: { readonly status: number }): void {
    this.interims.push(head.status)
  }
  pass(bytes: Buffer): void {
    assert.equal(this.violation, '', 'nothing passes behind a violation')
    this.passed += bytes.toString('latin1')
  }
  violated(failure: string): void {
    assert.equal(this.violation, '', 'one violation')
    this.violation = failure
  }
}

function read(pieces: readonly string[], method = 'GET', end = false): { sink: Sink; witness: Witness } {
  const sink = new Sink()
  const witness = new Witness(sink, { maxHeadBytes: 1000, maxFields: 10 })
  witness.expect(method, null)
  for (const piece of pieces) witness.read(Buffer.from(piece, 'latin1'))
  if (end) witness.end()
  return { sink, witness }
}

/** The body as undici would read it, given the canonical head and what followed. */
function reading({ sink, witness }: { sink: Sink; witness: Witness }): unknown {
  return {
    interims: sink.interims,
    passed: sink.passed,
    violation: sink.violation,
    status: witness.head?.status,
    complete: witness.complete,
    reusable: witness.reusable,
    payloadBytes: witness.payloadBytes,
  }
}

const RESPONSES = {
  length: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello',
  'length, interim before': 'HTTP/1.1 103 E\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n',
  trailers: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n',
  'length, excess': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n',
  'chunked, excess': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nHTTP',
  'no body': 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
  'to the end': 'HTTP/1.0 200 OK\r\n\r\nhello',
  short: 'HTTP/1.1 200\r\n\r\nhello',
}

const HEAD_ONLY =
  /^HTTP\/1\.1 200 \r\n(?:connection:close\r\n)?(?:content-length:\d+\r\n|transfer-encoding:chunked\r\n)?\r\n/

describe('a response is read alike', () => {
  for (const [name, raw] of Object.entries(RESPONSES)) {
    test(`split at every offset: ${name}`, () => {
      const whole = reading(read([raw], 'GET', true))
      for (let at = 1; at < raw.length; at++) {
        assert.deepEqual(
          reading(read([raw.slice(0, at), raw.slice(at)], 'GET', true)),
          whole,
          `split at ${at}`,
        )
      }
    })

    test(`byte by byte: ${name}`, () => {
      assert.deepEqual(reading(read(raw.split(''), 'GET', true)), reading(read([raw], 'GET', true)))
    })

    test(`cut at every offset, it is complete only at its end: ${name}`, () => {
      const total = raw.length - (name.endsWith('excess') ? raw.length - raw.lastIndexOf('HTTP') : 0)
      const closeDelimited = name === 'to the end' || name === 'short'
      for (let cut = 0; cut < total; cut++) {
        const { witness, sink } = read([raw.slice(0, cut)], 'GET', true)
        if (closeDelimited && cut >= raw.indexOf('\r\n\r\n') + 4) continue
        assert.equal(witness.complete, false, `cut at ${cut}`)
        assert.notEqual(sink.violation, '', `cut at ${cut}`)
      }
    })
  }
})

describe('what undici gets to see', () => {
  test('is a head that says only the framing, then the body', () => {
    for (const raw of Object.values(RESPONSES)) {
      const { sink } = read([raw])
      assert.match(sink.passed, HEAD_ONLY)
      assert.ok(!sink.passed.includes('X-A') && !sink.passed.includes('103'))
    }
    assert.equal(read([RESPONSES.length]).sink.passed, 'HTTP/1.1 200 \r\ncontent-length:5\r\n\r\nhello')
    assert.equal(
      read([RESPONSES.trailers]).sink.passed,
      'HTTP/1.1 200 \r\ntransfer-encoding:chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    )
  })

  test('is nothing of a head that is not complete, or not accepted', () => {
    assert.equal(read(['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n']).sink.passed, '')
    assert.equal(read(['HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello']).sink.passed, '')
  })

  test('is nothing behind the end', () => {
    const { sink, witness } = read([RESPONSES['length, excess']])
    assert.equal(sink.passed, 'HTTP/1.1 200 \r\ncontent-length:5\r\n\r\nhello')
    assert.equal(witness.complete, true)
    assert.equal(witness.reusable, false)
    witness.read(Buffer.from('more'))
    assert.equal(sink.passed, 'HTTP/1.1 200 \r\ncontent-length:5\r\n\r\nhello')
  })
})

describe('a connection can be used again', () => {
  const cases: [head: string, reusable: boolean][] = [
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', true],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n', false],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: a, close\r\n\r\n', false],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n', false],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: disclosed\r\n\r\n', true],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', false],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n', true],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive, close\r\n\r\n', false],
  ]
  for (const [head, reusable] of cases) {
    test(`§9.3 ${reusable ? 'after' : 'not after'} ${JSON.stringify(head)}`, () => {
      const { witness } = read([head])
      assert.equal(witness.complete, true)
      assert.equal(witness.reusable, reusable)
    })
  }
})

test('a head may be as large as the limit and not larger', () => {
  const head = (size: number): string => {
    const start = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: '
    return `${start}${'a'.repeat(size - start.length - 4)}\r\n\r\n`
  }
  assert.equal(read([head(1000)]).sink.violation, '')
  assert.equal(read([head(1001)]).sink.violation, 'malformed')
  assert.equal(read(head(1000).split('')).sink.violation, '')
  assert.equal(read(head(1001).split('')).sink.violation, 'malformed')
  assert.equal(
    read([head(5000).slice(0, 1001)]).sink.violation,
    'malformed',
    'refused before its end is there',
  )
})

test('a chunk size of fifteen digits is read, one of sixteen is not', () => {
  const chunked = (size: string): string =>
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\nhello`
  assert.equal(read([chunked('000000000000005')]).witness.payloadBytes, 5)
  assert.equal(read([chunked('0000000000000005')]).sink.violation, 'truncated')
  assert.equal(read([chunked('1fffffffffffff')]).sink.violation, '')
  assert.equal(read([chunked('20000000000000')]).sink.violation, 'truncated')
})
