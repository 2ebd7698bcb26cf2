// The judge is judged: what is not canonical is not taken, whatever a lenient reader would make of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStrictly } from './strict-reader.ts'

const HEAD = 'POST /x HTTP/1.1\r\nhost: t.test\r\n'

test('what Lacquer sends is read', () => {
  const chunked = `${HEAD}transfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n`
  const { requests, rest } = readStrictly(`${chunked}${HEAD}content-length: 2\r\n\r\nok${HEAD}\r\n${HEAD}`)
  assert.deepEqual(
    requests.map(({ body }) => body),
    ['abcd', 'ok', ''],
  )
  assert.equal(rest, HEAD)
})

const BAD: readonly string[] = [
  'GET http://t.test/ HTTP/1.1\r\nhost: t.test\r\n\r\n',
  'GET /a b HTTP/1.1\r\nhost: t.test\r\n\r\n',
  'GET /\\ HTTP/1.1\r\nhost: t.test\r\n\r\n',
  'GET /# HTTP/1.1\r\nhost: t.test\r\n\r\n',
  'GET / HTTP/1.0\r\nhost: t.test\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nhost: T.test\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: t.test\r\n\r\n',
  `${HEAD}x : y\r\n\r\n`,
  `${HEAD}x: a\rb\r\n\r\n`,
  `${HEAD}x: a\nb: c\r\n\r\n`,
  `${HEAD}x: a\r\n b\r\n\r\n`,
  `${HEAD}x: a\x00\r\n\r\n`,
  `${HEAD}x: a \r\n\r\n`,
  `${HEAD}content-length: 1\r\ncontent-length: 1\r\n\r\nx`,
  `${HEAD}content-length: 01\r\n\r\nx`,
  `${HEAD}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${HEAD}transfer-encoding: Chunked\r\n\r\n0\r\n\r\n`,
  `${HEAD}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  `${HEAD}transfer-encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n`,
  `${HEAD}transfer-encoding: chunked\r\n\r\n1;x\r\na\r\n0\r\n\r\n`,
  `${HEAD}transfer-encoding: chunked\r\n\r\n1\r\naXX0\r\n\r\n`,
  `${HEAD}transfer-encoding: chunked\r\n\r\n0\r\nx: y\r\n\r\n`,
  `${HEAD}connection: close, x\r\n\r\n`,
  `${HEAD}te: trailers\r\n\r\n`,
  `${HEAD}expect: 100-continue\r\n\r\n`,
  `${HEAD}content_length: 4\r\n\r\n`,
]

for (const bytes of BAD) {
  test(`not canonical: ${JSON.stringify(bytes)}`, () => {
    assert.throws(() => readStrictly(bytes))
  })
}
