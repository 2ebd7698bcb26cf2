// RFC 9211 §2 (Cache-Status).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Token, parseList } from 'structured-headers'
import {
  appendCacheStatus,
  cacheStatus,
  FORWARD_REASONS,
  type CacheStatus,
} from '../../src/http/cache-status.ts'

describe('RFC 9211 §2: our member', () => {
  const cases: [CacheStatus, string][] = [
    [{}, 'Lacquer'],
    [{ hit: true }, 'Lacquer; hit'],
    [{ hit: true, ttlSeconds: 376 }, 'Lacquer; hit; ttl=376'],
    [{ hit: true, ttlSeconds: -412.5 }, 'Lacquer; hit; ttl=-413'],
    [{ fwd: 'uri-miss', fwdStatus: 200, stored: true }, 'Lacquer; fwd=uri-miss; fwd-status=200; stored'],
    [{ fwd: 'stale', fwdStatus: 304 }, 'Lacquer; fwd=stale; fwd-status=304'],
    [{ fwd: 'uri-miss', collapsed: true }, 'Lacquer; fwd=uri-miss; collapsed'],
    [{ fwd: 'uri-miss', collapsed: false }, 'Lacquer; fwd=uri-miss; collapsed=?0'],
    [{ fwd: 'bypass', stored: false, detail: 'no-store' }, 'Lacquer; fwd=bypass; detail=no-store'],
    [{ hit: true, key: 'http://a/b' }, 'Lacquer; hit; key="http://a/b"'],
    [{ hit: true, detail: 'two words' }, 'Lacquer; hit; detail="two words"'],
    [{ hit: true, detail: 'say "x\\y"' }, 'Lacquer; hit; detail="say \\"x\\\\y\\""'],
    [{ hit: true, detail: '1st' }, 'Lacquer; hit; detail="1st"'],
    [{ hit: true, detail: '' }, 'Lacquer; hit; detail=""'],
    [{ hit: true, key: 'caf\u00e9\r\n' }, 'Lacquer; hit; key="caf???"'],
  ]
  for (const [status, member] of cases) test(member, () => assert.equal(cacheStatus(status), member))

  test('§2.2: the reasons to go forward are those of the registry', () => {
    assert.deepEqual(FORWARD_REASONS.join(' '), 'bypass method uri-miss vary-miss miss request stale partial')
  })
  test('§2.8: a detail that is a token is said as one', () => {
    for (const detail of ['A', 'Z1', 'a:b/c', '*', 'z-._~']) {
      assert.equal(cacheStatus({ detail }), `Lacquer; detail=${detail}`)
    }
  })
  test('§2.1: hit and fwd exclude each other', () => {
    assert.equal(cacheStatus({ hit: true, fwd: 'request' }), 'Lacquer; fwd=request')
  })
  test('§2.3, §2.5, §2.6: fwd-status, stored and collapsed mean nothing without fwd', () => {
    assert.equal(cacheStatus({ hit: true, fwdStatus: 200, stored: true, collapsed: true }), 'Lacquer; hit')
  })
})

describe('RFC 9651: the member as a Structured Field', () => {
  test('reads back as what was said, whatever that was', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-z*][a-z0-9:/.-]{0,10}$/))
    const status = fc.record(
      {
        fwd: fc.constantFrom(...FORWARD_REASONS),
        fwdStatus: fc.integer({ min: 100, max: 599 }),
        ttlSeconds: fc.integer({ min: -1e9, max: 1e9 }),
        stored: fc.boolean(),
        collapsed: fc.boolean(),
        key: text,
        detail: text,
      },
      { requiredKeys: ['fwd'] },
    )
    fc.assert(
      fc.property(status, (said) => {
        const [[name, parameters]] = parseList(cacheStatus(said)) as unknown as [
          [Token, Map<string, unknown>],
        ]
        assert.equal(name.toString(), 'Lacquer')
        const read = (parameter: string) => {
          const value = parameters.get(parameter)
          return value instanceof Token ? value.toString() : value
        }
        assert.deepEqual(
          [
            read('fwd'),
            read('fwd-status'),
            read('ttl'),
            read('stored'),
            read('collapsed'),
            read('key'),
            read('detail'),
          ],
          [
            said.fwd,
            said.fwdStatus,
            said.ttlSeconds,
            said.stored === true ? true : undefined,
            said.collapsed,
            said.key,
            said.detail,
          ],
        )
      }),
      { numRuns: 1000 },
    )
  })
})

describe('RFC 9211 §2: the list', () => {
  test('goes from the origin to the client: ours is the last', () => {
    assert.equal(
      appendCacheStatus('Inner; hit, Middle; fwd=miss', 'Lacquer; hit'),
      'Inner; hit, Middle; fwd=miss, Lacquer; hit',
    )
  })
  test('is ours alone where there was none', () => {
    assert.equal(appendCacheStatus(undefined, 'Lacquer; hit'), 'Lacquer; hit')
    assert.equal(appendCacheStatus('', 'Lacquer; hit'), 'Lacquer; hit')
  })
})
