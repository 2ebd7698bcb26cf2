// RFC 9110 §7.6.1 (Connection), RFC 9111 §3.1 (what is not stored).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fields } from '../../src/http/fields.ts'
import { endToEnd, HOP_BY_HOP } from '../../src/http/hop-by-hop.ts'

function names(...lines: [string, string][]): string[] {
  const kept = endToEnd(Fields.of(...lines))
  return Array.from({ length: kept.size }, (_, i) => kept.nameAt(i))
}

describe('RFC 9110 §7.6.1: end-to-end fields', () => {
  test('what Connection nominates is dropped, on all its lines and in any case', () => {
    const kept = names(
      ['connection', 'A, close'],
      ['a', '1'],
      ['b', '2'],
      ['connection', 'c'],
      ['c', '3'],
      ['d', '4'],
    )
    assert.deepEqual(kept, ['b', 'd'])
  })

  test('the hop-by-hop fields are dropped without being nominated', () => {
    const lines = [...HOP_BY_HOP].map((name): [string, string] => [name, 'close'])
    assert.deepEqual(names(...lines, ['kept', '1']), ['kept'])
  })

  test('RFC 9111 §3.1: what is for one proxy alone is not stored', () => {
    assert.deepEqual(
      names(['proxy-authenticate', 'a'], ['proxy-authentication-info', 'b'], ['proxy-authorization', 'c']),
      [],
    )
  })

  const protectedNames = [
    ...[
      'host',
      'content-length',
      'content-encoding',
      'authorization',
      'cookie',
      'set-cookie',
      'cache-control',
    ],
    ...['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via', 'age', 'date', 'vary', 'expires', 'etag'],
    ...[
      'pragma',
      'cdn-cache-control',
      'surrogate-control',
      'lacquer-cache-control',
      'if-none-match',
      'range',
      'true-client-ip',
    ],
  ]
  for (const name of protectedNames) {
    test(`${name} can't be nominated away`, () => {
      assert.deepEqual(names(['connection', name], [name, 'x']), [name])
    })
  }

  test('order and repeats of what stays are kept, and the original is left alone', () => {
    const fields = Fields.of(['b', '1'], ['connection', 'x'], ['a', '2'], ['b', '3'])
    const kept = endToEnd(fields)
    assert.deepEqual([kept.nameAt(0), kept.valueAt(1), kept.all('b')], ['b', '2', ['1', '3']])
    assert.equal(fields.size, 4)
  })

  test('a malformed Connection does no harm', () => {
    assert.deepEqual(names(['connection', ',,"x, \u00ff;;'], ['a', '1']), ['a'])
  })
})
