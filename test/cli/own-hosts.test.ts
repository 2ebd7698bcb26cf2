import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ownHosts } from '../../src/cli/own-hosts.ts'

describe('RFC 9112 §3.2.2: hosts of an absolute URL that are ours', () => {
  const isOurs = ownHosts(['www.example.com', '*.shop.example'], { host: '127.0.0.1', port: 8080 })
  const cases: [authority: string, ours: boolean][] = [
    ['www.example.com', true],
    ['www.example.com:8443', true],
    ['example.com', false],
    ['a.shop.example', true],
    ['shop.example', false],
    ['notshop.example', false],
    ['127.0.0.1:8080', true],
    ['localhost:8080', true],
    ['localhost', false],
    ['localhost:9180', false],
    ['127.0.0.2:8080', false],
    ['other.example', false],
    ['other.example:8080', false],
    ['', false],
  ]
  for (const [authority, ours] of cases) {
    test(`'${authority}' is ${ours ? '' : 'not '}ours`, () => assert.equal(isOurs(authority), ours))
  }
  test('an IPv6 address is compared in its brackets', () => {
    const six = ownHosts([], { host: '::1', port: 80 })
    assert.deepEqual(['[::1]', '[::1]:80', '[::1]:81', '[::2]'].map(six), [true, true, false, false])
  })
  test('listening on every address, those of this machine are ours', () => {
    const every = ownHosts([], { host: '0.0.0.0', port: 8080 })
    assert.deepEqual(['127.0.0.1:8080', '192.0.2.1:8080'].map(every), [true, false])
  })
})
