// RFC 9111 §4.4 (invalidating stored responses), RFC 3986 §5 (resolving references).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Fields } from '../../src/http/fields.ts'
import { invalidatedTargets } from '../../src/http/invalidation.ts'
import { resolveReference } from '../../src/http/uri-reference.ts'

const URI = { scheme: 'http', authority: 'a.example', target: '/b/c?d' } as const

function keys(method: string, status = 200, ...lines: [string, string][]): string[] {
  return invalidatedTargets(method, status, URI, Fields.of(...lines))
}

describe('RFC 9111 §4.4: which requests invalidate', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'get', 'FOO']) {
    test(`${method} does: it is unsafe or unknown`, () =>
      assert.deepEqual(keys(method), ['http://a.example/b/c?d']))
  }
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    test(`${method} does not: it is safe`, () => assert.deepEqual(keys(method, 200, ['location', '/x']), []))
  }
  for (const status of [200, 201, 204, 299, 301, 303, 399]) {
    test(`${status} is no error`, () => assert.equal(keys('POST', status).length, 1))
  }
  for (const status of [100, 199, 400, 404, 500, 503, 599]) {
    test(`${status} invalidates nothing`, () =>
      assert.deepEqual(keys('POST', status, ['location', '/x']), []))
  }
})

describe('RFC 9111 §4.4: Location and Content-Location', () => {
  const named: [string, string][] = [
    ['/x', 'http://a.example/x'],
    ['x', 'http://a.example/b/x'],
    ['../x?y', 'http://a.example/x?y'],
    ['?y', 'http://a.example/b/c?y'],
    ['http://A.EXAMPLE:80/x#y', 'http://a.example/x'],
    ['//a.example/x', 'http://a.example/x'],
    ['HTTP://a.example', 'http://a.example/'],
  ]
  for (const [reference, key] of named) {
    test(`${reference} is ${key}`, () => {
      assert.deepEqual(keys('POST', 201, ['location', reference]), ['http://a.example/b/c?d', key])
      assert.deepEqual(keys('PUT', 200, ['content-location', reference]), ['http://a.example/b/c?d', key])
    })
  }
  test('both, all lines, each once', () => {
    const lines: [string, string][] = [
      ['location', '/x'],
      ['content-location', '/y'],
      ['location', '/z'],
      ['location', '/b/c?d'],
    ]
    assert.deepEqual(keys('POST', 200, ...lines).sort(), [
      ...['http://a.example/b/c?d', 'http://a.example/x', 'http://a.example/y', 'http://a.example/z'],
    ])
  })
  const ignored = [
    ...[
      'http://other.example/x',
      'https://a.example/x',
      'http://a.example:81/x',
      '//other.example/x',
      'http://a.example@b/',
    ],
    ...[
      'http:///x',
      'ftp://a.example/x',
      'mailto:a@b',
      'http:x',
      '/a b',
      '/a\\b',
      '/\u00e9',
      '',
      '#y',
      'http://a,b/',
    ],
  ]
  for (const reference of ignored) {
    test(`${JSON.stringify(reference)} names nothing further`, () => {
      assert.deepEqual(keys('POST', 200, ['location', reference]), ['http://a.example/b/c?d'])
    })
  }
})

describe('RFC 3986 §5.4: reference resolution', () => {
  // The RFC's examples, for http and without the fragments.
  const examples: [string, string][] = [
    ...([
      ['g', '/b/c/g'],
      ['./g', '/b/c/g'],
      ['g/', '/b/c/g/'],
      ['/g', '/g'],
      ['?y', '/b/c/d;p?y'],
    ] as [string, string][]),
    ...([
      ['g?y', '/b/c/g?y'],
      ['', '/b/c/d;p?q'],
      [';x', '/b/c/;x'],
      ['g;x?y', '/b/c/g;x?y'],
    ] as [string, string][]),
    ...([
      ['.', '/b/c/'],
      ['./', '/b/c/'],
      ['..', '/b/'],
      ['../', '/b/'],
      ['../g', '/b/g'],
    ] as [string, string][]),
    ...([
      ['../..', '/'],
      ['../../', '/'],
      ['../../g', '/g'],
      ['../../../g', '/g'],
    ] as [string, string][]),
    ...([
      ['../../../../g', '/g'],
      ['/./g', '/g'],
      ['/../g', '/g'],
      ['g.', '/b/c/g.'],
      ['.g', '/b/c/.g'],
    ] as [string, string][]),
    ...([
      ['g..', '/b/c/g..'],
      ['..g', '/b/c/..g'],
      ['./../g', '/b/g'],
      ['./g/.', '/b/c/g/'],
    ] as [string, string][]),
    ...([
      ['g/./h', '/b/c/g/h'],
      ['g/../h', '/b/c/h'],
      ['g;x=1/./y', '/b/c/g;x=1/y'],
    ] as [string, string][]),
    ...([
      ['g?y/./x', '/b/c/g?y/./x'],
      ['g?y/../x', '/b/c/g?y/../x'],
    ] as [string, string][]),
  ]
  const base = { scheme: 'http', authority: 'a', target: '/b/c/d;p?q' } as const
  for (const [reference, target] of examples) {
    test(`${JSON.stringify(reference)} is ${target}`, () => {
      assert.deepEqual(resolveReference(reference, base), { ...base, target })
    })
  }
  test('never throws, and agrees with the platform where it reads a path', () => {
    const reference = fc.string({
      unit: fc.constantFrom('a', '.', '/', '?', ':', '#', '@', '%', 'h'),
      maxLength: 12,
    })
    fc.assert(
      fc.property(reference, (text) => {
        const resolved = resolveReference(text, base)
        if (resolved === null || resolved.authority !== 'a' || resolved.target.includes('%')) return
        const url = new URL(text.split('#')[0] ?? '', 'http://a/b/c/d;p?q')
        // The URL standard drops a lone question mark's emptiness from `search`, not from the href.
        assert.equal(`http://a${resolved.target}`, url.href)
      }),
      { numRuns: 2000 },
    )
  })
})
