import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readAddress, writeAddress } from '../../src/config/address.ts'
import { matcherOf, readCidr, type Cidr } from '../../src/config/cidr.ts'

describe('addresses', () => {
  const good: [string, { host: string; port: number }][] = [
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    [':8080', { host: '0.0.0.0', port: 8080 }],
  ]
  for (const [text, address] of good) {
    test(`${text} is read`, () => assert.deepEqual(readAddress(text), { ok: true, value: address }))
  }
  for (const bad of [
    '8080',
    '127.0.0.1',
    '127.0.0.1:',
    '::1:8080',
    'a b:1',
    'http://a:1',
    'a:65536',
    'a:-1',
    8080,
    null,
  ]) {
    test(`${String(bad)} is no address`, () => assert.equal(readAddress(bad).ok, false))
  }
  test('IPv6 is written in brackets', () => {
    assert.equal(writeAddress({ host: '::1', port: 80 }), '[::1]:80')
    assert.equal(writeAddress({ host: 'a.example', port: 80 }), 'a.example:80')
  })
})

describe('blocks of addresses', () => {
  const blocks = (...texts: string[]): Cidr[] =>
    texts.map((text) => {
      const reading = readCidr(text)
      assert.ok(reading.ok, text)
      return reading.value
    })

  test('an address is in its block and in no other', () => {
    const inside = matcherOf(blocks('10.0.0.0/8', '192.0.2.7', 'fd00::/8'))
    assert.deepEqual(
      ['10.1.2.3', '11.0.0.0', '192.0.2.7', '192.0.2.8', 'fd12::1', 'fe80::1', 'nonsense', ''].map(inside),
      [true, false, true, false, true, false, false, false],
    )
  })
  test('an IPv4 address mapped into IPv6 is in the IPv4 block', () => {
    assert.equal(matcherOf(blocks('10.0.0.0/8'))('::ffff:10.0.0.1'), true)
  })
  test('no blocks hold nothing', () => assert.equal(matcherOf([])('10.0.0.1'), false))
  for (const bad of ['10.0.0.0/33', '::/129', '10.0.0/8', '10.0.0.0/', 'localhost', '', null]) {
    test(`${String(bad)} is no block`, () => assert.equal(readCidr(bad).ok, false))
  }
})
