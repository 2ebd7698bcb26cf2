// RFC 9112 §3.2 (request target), RFC 9110 §4.2.3 and §7.2 (authority), RFC 3986 §3.2.2 (IP literals).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isIpv6 } from '../../src/http/ipv6.ts'
import { parseAuthority, parseTarget, type Target } from '../../src/http/target.ts'

describe('RFC 9112 §3.2.1: origin-form', () => {
  for (const path of ['/', '/a/b?c=d', '//a', '/?', '/%zz', '/a|b^{}`', "/!$&'()*+,;=:@~", '/a?b?c', '/*']) {
    test(`${path} is kept byte for byte`, () => {
      assert.deepEqual(parseTarget('GET', path), { ok: true, form: 'origin', path })
    })
  }
  const bad = [
    '/a b',
    '/a\tb',
    '/a#b',
    '/a\\b',
    '/a"b',
    '/<',
    '/>',
    '/\u00e9',
    '/\u0000',
    '/a\r\n',
    '/\u007f',
  ]
  for (const path of bad) {
    test(`${JSON.stringify(path)} is refused`, () =>
      assert.equal(fault(parseTarget('GET', path)), 'bad-character'))
  }
  test('an empty target is refused', () => assert.equal(fault(parseTarget('GET', '')), 'empty'))
  for (const target of ['a', 'a/b', '?a', '.', '**', 'mailto:a@b', 'http:', 'http:/a', ':80']) {
    test(`${target} is no form`, () => assert.equal(fault(parseTarget('GET', target)), 'bad-form'))
  }
})

describe('RFC 9112 §3.2.2: absolute-form', () => {
  const absolute: [string, string, string, string][] = [
    ['http://a.example/b?c', 'http', 'a.example', '/b?c'],
    ['HTTPS://A.Example:443/B', 'https', 'a.example', '/B'],
    ['http://a:8080', 'http', 'a:8080', '/'],
    ['http://a:80/', 'http', 'a', '/'],
    ['http://a:443/', 'http', 'a:443', '/'],
    ['http://a?b', 'http', 'a', '/?b'],
    ['http://[::1]:80/x', 'http', '[::1]', '/x'],
  ]
  for (const [target, scheme, authority, path] of absolute) {
    test(`${target} is ${path} of ${authority}`, () => {
      assert.deepEqual(parseTarget('GET', target), { ok: true, form: 'absolute', scheme, authority, path })
    })
  }
  const faults: [string, string][] = [
    ['ftp://a/', 'bad-scheme'],
    ['file:///etc/passwd', 'bad-scheme'],
    ['javascript://a/', 'bad-scheme'],
    ['http://user@a/', 'bad-authority'],
    ['http://user:pass@a/', 'bad-authority'],
    ['http:///b', 'bad-authority'],
    ['http://a:0/', 'bad-authority'],
    ['http://a:65536/', 'bad-authority'],
    ['http://a,b/', 'bad-authority'],
    ['http://a/#b', 'bad-character'],
    ['http://a\\b/', 'bad-character'],
  ]
  for (const [target, why] of faults) {
    test(`${target} is refused: ${why}`, () => assert.equal(fault(parseTarget('GET', target)), why))
  }
  test('§3.2.4: OPTIONS of an absolute URI without path and query is for the server as a whole', () => {
    assert.equal(pathOf(parseTarget('OPTIONS', 'http://a')), '*')
    assert.equal(pathOf(parseTarget('OPTIONS', 'http://a/')), '/')
    assert.equal(pathOf(parseTarget('OPTIONS', 'http://a?b')), '/?b')
  })
})

describe('RFC 9112 §3.2.3: authority-form', () => {
  test('is for CONNECT, with a port', () => {
    assert.deepEqual(parseTarget('CONNECT', 'A.example:443'), {
      ok: true,
      form: 'authority',
      authority: 'a.example:443',
    })
    assert.deepEqual(parseTarget('CONNECT', '[::1]:80'), {
      ok: true,
      form: 'authority',
      authority: '[::1]:80',
    })
  })
  for (const target of ['a', 'a:', 'a:b', 'a:80:90', ':80', '[::1]', 'u@a:80', 'a:0', 'a:99999']) {
    test(`${target} is none`, () => assert.equal(fault(parseTarget('CONNECT', target)), 'bad-authority'))
  }
  for (const target of ['/', '*', 'http://a/']) {
    test(`CONNECT takes no ${target}`, () => {
      assert.equal(fault(parseTarget('CONNECT', target)), 'wrong-form-for-method')
    })
  }
  test('no other method takes it', () => {
    assert.equal(fault(parseTarget('GET', 'a.example:443')), 'wrong-form-for-method')
  })
})

describe('RFC 9112 §3.2.4: asterisk-form', () => {
  test('is for OPTIONS', () => {
    assert.deepEqual(parseTarget('OPTIONS', '*'), { ok: true, form: 'asterisk', path: '*' })
    assert.equal(fault(parseTarget('GET', '*')), 'wrong-form-for-method')
    assert.equal(fault(parseTarget('options', '*')), 'wrong-form-for-method')
  })
})

describe('parseTarget', () => {
  test('never throws, and whatever passes is visible ASCII', () => {
    const method = fc.constantFrom('GET', 'OPTIONS', 'CONNECT', '')
    const target = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('h', 't', 'p', ':', '/', '[', ']', '@', '8', '*', '?', '.') }),
    )
    fc.assert(
      fc.property(method, target, (m, t) => {
        const parsed = parseTarget(m, t)
        if (parsed.ok && parsed.form !== 'authority') assert.match(parsed.path, /^[!-~]+$/)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('RFC 9110 §7.2, §4.2.3: authority', () => {
  const good: [string, string][] = [
    ['example.com', 'example.com'],
    ['Example.COM', 'example.com'],
    ['example.com:80', 'example.com'],
    ['example.com:0080', 'example.com'],
    ['example.com:', 'example.com'],
    ['EXAMPLE.com:8080', 'example.com:8080'],
    ['example.com:443', 'example.com:443'],
    ['example.com:65535', 'example.com:65535'],
    ['a_b-c~d.example.', 'a_b-c~d.example.'],
    ['127.0.0.1:1', '127.0.0.1:1'],
    ['[2001:DB8::1]', '[2001:db8::1]'],
    ['[::1]:80', '[::1]'],
    ['[::1]:', '[::1]'],
    ['[::ffff:10.0.0.1]:81', '[::ffff:10.0.0.1]:81'],
  ]
  for (const [host, authority] of good) {
    test(`${host} is ${authority} for http`, () => assert.equal(parseAuthority(host, 'http'), authority))
  }
  test('the default port is the scheme’s', () => {
    assert.equal(parseAuthority('a:443', 'https'), 'a')
    assert.equal(parseAuthority('a:80', 'https'), 'a:80')
    assert.equal(parseAuthority('a:80', null), 'a:80')
  })

  const bad = [
    ...[
      '',
      ':80',
      ':',
      'a b',
      ' a',
      'a ',
      'a/b',
      'a/',
      'a?b',
      'a#b',
      'u@a',
      'u:p@a',
      'a,b',
      'a, a',
      'a:b',
      'a:-1',
    ],
    ...[
      'a:0',
      'a:65536',
      'a:000080',
      'a:80:80',
      'a:8 0',
      'a:+80',
      'a\u0000',
      'a\u00e9',
      '\u212a',
      'a%2eb',
      'a*b',
    ],
    ...[
      '[',
      ']',
      '[]',
      '[::1',
      '::1',
      '[::1]x',
      '[::1]80',
      '[::1]:x',
      '[fe80::1%25eth0]',
      '[v1.a]',
      '[1.2.3.4]',
    ],
    ...['a\\b', "a'b", 'a;b', 'a\tb', 'a\r\nb', 'x'.repeat(256)],
  ]
  for (const host of bad) {
    test(`${JSON.stringify(host).slice(0, 40)} is none`, () =>
      assert.equal(parseAuthority(host, 'http'), null))
  }

  test('is normal once normalised, and never throws', () => {
    const host = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', 'B', '.', '-', ':', '8', '[', ']') }),
      fc.tuple(fc.domain(), fc.nat(70_000)).map(([name, port]) => `${name}:${port}`),
      fc.ipV6().map((address) => `[${address}]:8080`),
    )
    fc.assert(
      fc.property(host, (h) => {
        const once = parseAuthority(h, 'http')
        if (once !== null) assert.equal(parseAuthority(once, 'http'), once)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('RFC 3986 §3.2.2: IPv6address', () => {
  const good = [
    '::',
    '::1',
    '1::',
    '1:2:3:4:5:6:7:8',
    '1::8',
    '1:2:3:4:5:6:1.2.3.4',
    '::1.2.3.4',
    'a::B:1.2.3.4',
    '1:2:3:4:5:6:7::',
  ]
  const bad = [
    ...[
      '',
      ':',
      ':::',
      '1',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7:8::',
      '::1::',
      '12345::',
      'g::',
    ],
    ...[
      '1:2:3:4:5:6:7:1.2.3.4',
      '1.2.3.4::',
      '::1.2.3',
      '::1.2.3.256',
      '::1.2.3.04',
      ':1::',
      '1::2:',
      '::1%1',
      '1.2.3.4',
    ],
  ]
  for (const text of good) test(`${text} is one`, () => assert.equal(isIpv6(text), true))
  for (const text of bad) test(`${JSON.stringify(text)} is none`, () => assert.equal(isIpv6(text), false))
  test('whatever a generator of addresses makes is one', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => assert.ok(isIpv6(address))),
      { numRuns: 1000 },
    )
  })
})

function fault(target: Target): string {
  return target.ok ? target.form : target.why
}

function pathOf(target: Target): string | null {
  return target.ok && target.form !== 'authority' ? target.path : null
}
