// The encoded head: RFC 9112 §2.1, §4, §5; field names: RFC 9110 §5.1; statuses: RFC 9110 §15.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { canonicalName } from '../../src/http/field-names.ts'
import { Fields } from '../../src/http/fields.ts'
import { decodeHead, encodeHead } from '../../src/http/head.ts'
import { hasNoBody, reasonPhrase } from '../../src/http/status.ts'

describe('RFC 9112 §4, §5: the encoded head', () => {
  test('is the status line and each field line, ended by CRLF, without an empty line', () => {
    const fields = Fields.of(
      ['content-type', 'text/plain'],
      ['etag', '"a"'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    )
    assert.equal(
      encodeHead(200, fields),
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: "a"\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n',
    )
  })

  test('leaves out the fields it is told to', () => {
    const fields = Fields.of(['age', '3'], ['vary', 'accept'], ['age', '4'])
    assert.equal(encodeHead(404, fields, new Set(['age'])), 'HTTP/1.1 404 Not Found\r\nVary: accept\r\n')
  })

  test('has the space behind a status without a phrase', () => {
    assert.equal(encodeHead(299, new Fields()), 'HTTP/1.1 299 \r\n')
  })

  test('decodes to the same status and lines, in order, repeats kept', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/)
    const value = fc.stringMatching(/^([!-~\u0080-\u00ff]([ -~\t\u0080-\u00ff]{0,20}[!-~\u0080-\u00ff])?)?$/)
    const lines = fc.array(fc.tuple(name, value), { maxLength: 12 })
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), lines, (status, pairs) => {
        const decoded = decodeHead(encodeHead(status, Fields.of(...pairs)))
        assert.equal(decoded.status, status)
        assert.deepEqual(linesOf(decoded.fields), pairs)
      }),
      { numRuns: 1000 },
    )
  })

  for (const head of ['', '\r\n', 'HTTP/1.1', 'garbage\r\nno colon\r\n: no name\r\n', 'HTTP/1.1 2x0 \r\n']) {
    test(`decoding ${JSON.stringify(head)} does not throw`, () => {
      assert.deepEqual([decodeHead(head).status, decodeHead(head).fields.size], [0, 0])
    })
  }
})

function linesOf(fields: Fields): [string, string][] {
  return Array.from({ length: fields.size }, (_, i) => [fields.nameAt(i), fields.valueAt(i)])
}

describe('RFC 9110 §5.1: spelling of field names', () => {
  const names = {
    etag: 'ETag',
    'www-authenticate': 'WWW-Authenticate',
    te: 'TE',
    dnt: 'DNT',
    'x-ua-compatible': 'X-UA-Compatible',
    'content-md5': 'Content-MD5',
    'cdn-cache-control': 'CDN-Cache-Control',
    'content-type': 'Content-Type',
    'x-a--b-': 'X-A--B-',
    '9lives': '9lives',
    'lacquer-cache-control': 'Lacquer-Cache-Control',
    constructor: 'Constructor',
  }
  for (const [lower, spelled] of Object.entries(names)) {
    test(`${lower} is ${spelled}`, () => assert.equal(canonicalName(lower), spelled))
  }

  test('only the case differs', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9!#$%&'*+.^_`|~-]{1,20}$/), (lower) => {
        assert.equal(canonicalName(lower).toLowerCase(), lower)
      }),
      { numRuns: 500 },
    )
  })
})

describe('RFC 9110 §15: statuses', () => {
  test('have their phrases', () => {
    assert.deepEqual([200, 304, 413, 504, 599].map(reasonPhrase), [
      'OK',
      'Not Modified',
      'Content Too Large',
      'Gateway Timeout',
      '',
    ])
  })
  test('§6.4.1: 1xx, 204 and 304 have no body', () => {
    assert.deepEqual([100, 103, 204, 304, 200, 205, 206, 404].filter(hasNoBody), [100, 103, 204, 304])
  })
})
