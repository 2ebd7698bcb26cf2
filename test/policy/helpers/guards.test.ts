/** Helpers that let somebody in or not, and tell people apart: basic auth, rate limit, addresses, split. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { basicAuth, clientKey, ipList, rateLimit, split } from '../../../src/policy/api.ts'
import { message } from './views.ts'

describe('basic auth', () => {
  const guard = basicAuth({ realm: 'staging', users: { ann: 'sécret', bob: 'a:b' } })
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  const statusFor = (value: string): number | undefined => guard(message(['authorization', value]))?.status

  test('lets a known name with its password through, UTF-8 and colons included', () => {
    assert.equal(statusFor(basic('ann:sécret')), undefined)
    assert.equal(statusFor(basic('bob:a:b')), undefined)
    assert.equal(statusFor(basic('bob:a:b').replace('Basic', 'bAsIc ')), undefined)
  })

  test('answers everybody else with a 401 that says what to do and is not kept', () => {
    const wrong = ['ann:secret', 'ann:', ':', '', 'bob:sécret', 'carl:x', 'ann:sécret ']
    for (const text of wrong) assert.equal(statusFor(basic(text)), 401, text)
    for (const value of ['Basic', 'Basic %%%', 'Bearer abc', '']) assert.equal(statusFor(value), 401, value)
    const refusal = guard(message())
    assert.equal(refusal?.status, 401)
    assert.equal(refusal.headers['www-authenticate'], 'Basic realm="staging", charset="UTF-8"')
    assert.equal(refusal.headers['cache-control'], 'no-store')
  })

  test('does not load with a password that is not set, or what can’t be sent', () => {
    assert.throws(() => basicAuth({ users: { ann: '' } }), /password of 'ann' is empty or not set/)
    const unset = process.env['LACQUER_TEST_NOT_SET'] as string
    assert.throws(() => basicAuth({ users: { ann: unset } }), /not set/)
    assert.throws(() => basicAuth({ users: { 'a:b': 'x' } }), /colon/)
    assert.throws(() => basicAuth({ realm: 'a"b', users: {} }), /realm/)
  })
})

describe('a rate limit', () => {
  test('lets a burst through and then one for each token gained', () => {
    const limit = rateLimit({ requests: 3, per: '1s' })
    const at = (now: number): boolean => limit.take('a', now).ok
    assert.deepEqual([at(7), at(7), at(7), at(7)], [true, true, true, false])
    assert.deepEqual([at(340), at(341), at(341)], [false, true, false])
    assert.deepEqual([at(5000), at(5000), at(5000), at(5000)], [true, true, true, false])
  })

  test('tells how many are left, and how long until the next', () => {
    const limit = rateLimit({ requests: 1, per: '1m', burst: 2 })
    assert.deepEqual(limit.take('a', 0), { ok: true, remaining: 1 })
    assert.deepEqual(limit.take('a', 0), { ok: true, remaining: 0 })
    assert.deepEqual(limit.take('a', 15_000), { ok: false, retryAfterMs: 45_000 })
    assert.deepEqual(limit.take('a', 60_000), { ok: true, remaining: 0 })
  })

  test('refuses with a 429 that says when to come back', () => {
    const limit = rateLimit({ requests: 1, per: '1m' })
    assert.equal(limit.refuse('a', 0), undefined)
    const refusal = limit.refuse('a', 500)
    assert.equal(refusal?.status, 429)
    assert.equal(refusal.headers['retry-after'], '60')
    assert.equal(limit.refuse('b', 500), undefined)
  })

  test('what was refused costs no token', () => {
    const limit = rateLimit({ requests: 1, per: '1s' })
    limit.take('a', 0)
    for (let now = 1; now < 1000; now++) assert.equal(limit.take('a', now).ok, false)
    assert.equal(limit.take('a', 1000).ok, true)
  })

  test('never gives more than its rate over a long time, whatever the rhythm', () => {
    const limit = rateLimit({ requests: 7, per: '1s' })
    let passed = 0
    for (let now = 1_000_000_000; now <= 1_000_100_000; now += 11) if (limit.take('a', now).ok) passed++
    assert.ok(passed >= 690 && passed <= 707, `${passed} passed`)
  })

  test('forgets the key not seen for longest when it is full', () => {
    const limit = rateLimit({ requests: 1, per: '1h', maxKeys: 2 })
    limit.take('a', 0)
    limit.take('b', 0)
    limit.take('a', 1)
    limit.take('c', 2)
    assert.equal(limit.size, 2)
    assert.equal(limit.take('a', 3).ok, false)
    assert.equal(limit.take('b', 3).ok, true)
  })

  test('a clock that steps back takes nothing from anybody', () => {
    const limit = rateLimit({ requests: 1, per: '1s' })
    limit.take('a', 10_000)
    assert.equal(limit.take('b', 0).ok, true)
  })

  test('does not load with what is no limit', () => {
    assert.throws(() => rateLimit({ requests: 0, per: '1s' }), /requests is 0/)
    assert.throws(() => rateLimit({ requests: 1.5, per: '1s' }), /requests is 1.5/)
    assert.throws(() => rateLimit({ requests: 1, per: '0s' }), /longer than nothing/)
    assert.throws(() => rateLimit({ requests: 1, per: '5parsecs' as '5s' }), /per: /)
  })
})

describe('addresses', () => {
  test('a list takes blocks of both families and single addresses', () => {
    const isOurs = ipList('10.0.0.0/8', '2001:db8::/32', '192.0.2.7')
    for (const address of ['10.255.0.1', '2001:db8:1::1', '192.0.2.7', '::ffff:10.0.0.1'])
      assert.equal(isOurs(address), true, address)
    for (const address of ['11.0.0.1', '2001:db9::1', '192.0.2.8', '', 'unix', '10.0.0.1, 1.1.1.1'])
      assert.equal(isOurs(address), false, address)
    assert.equal(ipList()('10.0.0.1'), false)
  })

  test('a list does not load with what is no block', () => {
    assert.throws(() => ipList('10.0.0.0/33'), /ipList: .*over \/32/)
    assert.throws(() => ipList('localhost'), /ipList: /)
  })

  test('a client is its IPv4 address, or the /64 of its IPv6 address', () => {
    const key = (address: string): string => clientKey({ client: { address } })
    assert.equal(key('192.0.2.7'), '192.0.2.7')
    assert.equal(key('::ffff:192.0.2.7'), '192.0.2.7')
    assert.equal(key('2001:db8:0:1::5'), '2001:db8:0:1::/64')
    assert.equal(key('2001:DB8:0000:0001:1:2:3:4'), '2001:db8:0:1::/64')
    assert.equal(key('2001:db8::1'), '2001:db8:0:0::/64')
    assert.equal(key('64:ff9b::192.0.2.7'), '64:ff9b:0:0::/64')
    assert.equal(key('fe80::1%eth0'), 'fe80:0:0:0::/64')
    assert.equal(key('::1'), '0:0:0:0::/64')
  })
})

describe('a split', () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => `visitor-${i}`)

  test('gives each part about its share', () => {
    const counts = { a: 0, b: 0, c: 0 }
    for (const key of keys) counts[split(key, { a: 70, b: 25, c: 5 })]++
    for (const [part, share] of Object.entries({ a: 0.7, b: 0.25, c: 0.05 })) {
      const got = counts[part as 'a'] / keys.length
      assert.ok(Math.abs(got - share) < 0.015, `${part} got ${got} instead of ${share}`)
    }
  })

  test('is the same every time: it must not change from one version to the next', () => {
    assert.deepEqual(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => split(key, { x: 1, y: 1 })),
      ['y', 'y', 'x', 'x', 'y', 'x', 'y', 'y'],
    )
  })

  test('moves as few as it must when the weights change', () => {
    const moved = keys.filter((key) => {
      const before = split(key, { stable: 95, canary: 5 })
      const after = split(key, { stable: 80, canary: 20 })
      assert.ok(!(before === 'canary' && after === 'stable'))
      return before !== after
    })
    assert.ok(Math.abs(moved.length / keys.length - 0.15) < 0.015)
  })

  test('with another salt is another split', () => {
    const same = keys.filter((key) => split(key, { a: 1, b: 1 }, 'one') === split(key, { a: 1, b: 1 }, 'two'))
    assert.ok(Math.abs(same.length / keys.length - 0.5) < 0.015)
  })

  test('nobody falls in a part without weight', () => {
    for (const key of keys.slice(0, 1000)) assert.equal(split(key, { a: 0, b: 3, c: 0 }), 'b')
    assert.throws(() => split('a', { a: 0 }), RangeError)
    assert.throws(() => split('a', { a: -1, b: 2 }), /weight of 'a' is -1/)
    assert.throws(() => split('a', { a: NaN, b: 2 }), /weight of 'a'/)
  })
})
