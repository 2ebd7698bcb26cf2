import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressGroup } from '../../src/base/address-group.ts'
import { AddressCounts, isLoopback } from '../../src/server/address-counts.ts'
import { countsOf } from './counts.ts'
import { serve } from './server.ts'

for (const [address, group] of [
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1', 'fe80:0:0:0::/64'],
] as const) {
  test(`${address} counts as ${group}`, () => {
    assert.equal(addressGroup(address), group)
  })
}

test('what connects from this machine is told apart from strangers', () => {
  assert.deepEqual(['127.0.0.1', '127.9.9.9', '::1', '128.0.0.1', '::127', '1.127.0.0'].map(isLoopback), [
    ...[true, true, true, false, false, false],
  ])
})

test('an address may have so many connections, its /64 together, and is forgotten with the last', () => {
  const counts = new AddressCounts(2, (address) => address === '192.0.2.1')
  assert.deepEqual(
    ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:1::1'].map((address) => counts.enter(address)),
    [true, true, false, true],
  )
  counts.leave('2001:db8::2')
  assert.equal(counts.enter('2001:db8::3'), true)
  for (const address of ['2001:db8::1', '2001:db8::3', '2001:db8:0:1::1']) counts.leave(address)
  assert.equal(counts.size, 0)
  for (let i = 0; i < 10; i++) assert.equal(counts.enter('192.0.2.1'), true)
  assert.equal(counts.size, 0)
})

test('one connection too many from an address is closed at once, counted and logged', async (t) => {
  const lines: string[] = []
  const log = {
    access: null,
    log: (_level: string, event: string, detail: object) => lines.push(`${event} ${JSON.stringify(detail)}`),
  }
  const server = await serve(t, { maxConnectionsPerAddress: 2, isExempt: () => false, log })
  const first = await server.connect()
  await server.connect()
  await server.until(() => server.listener.connections === 2)
  for (let i = 0; i < 3; i++) await (await server.connect()).untilEnd()
  assert.deepEqual(countsOf(server.recorder, 'connectionsRefused'), { 'address-limit': 3 })
  assert.deepEqual(lines, ['connection-refused {"why":"address-limit","client":"127.0.0.1"}'])
  first.close()
  await server.until(() => server.listener.connections === 1)
  await server.connect()
  await server.until(() => server.listener.connections === 2)
})

test('an exempt address has no limit of its own', async (t) => {
  const server = await serve(t, {
    maxConnectionsPerAddress: 1,
    isExempt: (address) => address === '127.0.0.1',
  })
  for (let i = 0; i < 5; i++) await server.connect()
  await server.until(() => server.listener.connections === 5)
})
