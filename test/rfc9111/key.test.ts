// RFC 9111 §2 and §4: the cache key.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { cacheKey } from '../../src/http/key.ts'
import { parseAuthority, parseTarget } from '../../src/http/target.ts'

describe('RFC 9111 §2: cache key', () => {
  test('is the target URI', () => {
    assert.equal(cacheKey('http', 'a.example:8080', '/b?c=d'), 'http://a.example:8080/b?c=d')
  })

  test('keeps every byte of the target', () => {
    const keys = ['/a', '/a?', '/a/', '/A', '/%61', '/a?b&c', '/a?c&b', '//a'].map((target) =>
      cacheKey('http', 'h', target),
    )
    assert.equal(new Set(keys).size, keys.length)
  })

  test('is the same for two requests only if scheme, authority and target are', () => {
    const authority = fc
      .stringMatching(/^[a-z0-9.:_\[\]-]{1,6}$/)
      .filter((a) => parseAuthority(a, 'http') === a)
    const target = fc.oneof(fc.constant('*'), fc.stringMatching(/^\/[a-z:/?.]{0,6}$/))
    const uri = fc.tuple(fc.constantFrom('http', 'https'), authority, target)
    fc.assert(
      fc.property(uri, uri, (a, b) => {
        assert.equal(parseTarget('OPTIONS', a[2]).ok, true)
        assert.equal(cacheKey(...a) === cacheKey(...b), a.join(' ') === b.join(' '))
      }),
      { numRuns: 2000 },
    )
  })

  test('does not keep the request alive that its parts were cut from', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const keys: string[] = []
    // Optimised code must not save itself the work.
    for (let i = 0; i < 100_000; i++) keys[i % 400] = cacheKey('http', 'a.example', `/${i}`)
    collect()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < 400; i++) {
      const request = Buffer.alloc(50_000, 97 + (i % 26)).toString('latin1')
      keys[i] = cacheKey('http', request.slice(100, 130), request.slice(200, 240))
    }
    collect()
    const growth = process.memoryUsage().heapUsed - before
    assert.equal(keys.length, 400)
    // 400 requests of 50,000 bytes would be 20 MB.
    assert.ok(growth < 10_000_000, `${growth} bytes are held`)
  })
})
