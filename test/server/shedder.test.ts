import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Wheel } from '../../src/base/wheel.ts'
import { serverOptions } from '../../src/server/options.ts'
import { Shedder, type Sheddable } from '../../src/server/shedder.ts'

/** The rates that are asked of connections from these addresses in one walk, after one in which they were counted. */
function ratesOf(addresses: readonly string[]): Map<string, number> {
  const clock = new VirtualClock()
  const rates = new Map<string, number>()
  const connections = new Set(
    addresses.map((peerAddress): Sheddable => {
      const shedIfSlow = (_now: number, _ms: number, bytesPerSecond: number): boolean => {
        rates.set(peerAddress, bytesPerSecond)
        return false
      }
      return { peerAddress, mayHoldOrigin: true, shedIfIdle: () => false, shedIfSlow }
    }),
  )
  const options = serverOptions({ clock, isOriginShort: () => true })
  new Shedder(connections, new Wheel(clock), options).watch()
  clock.advance(2000)
  return rates
}

test('who keeps many connections to an origin from others must take what they bring the faster', () => {
  const greedy = Array.from({ length: 256 }, () => '192.0.2.66')
  const network = Array.from({ length: 32 }, (_, i) => `2001:db8::${i}`)
  const rates = ratesOf([...greedy, '192.0.2.1', ...network, '192.0.2.2', '192.0.2.2'])
  assert.equal(rates.get('192.0.2.66'), 16 * 8192)
  assert.equal(rates.get('2001:db8::31'), 2 * 8192)
  assert.equal(rates.get('192.0.2.1'), 8192)
  assert.equal(rates.get('192.0.2.2'), 8192)
})

test('that holds for no proxy on this machine, which stands for many', () => {
  const rates = ratesOf(Array.from({ length: 256 }, () => '127.0.0.1'))
  assert.equal(rates.get('127.0.0.1'), 8192)
})
