import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytes, milliseconds } from 'lacquer-cache'

test('durations and sizes are numbers for who asks', () => {
  assert.deepEqual([milliseconds('500ms'), milliseconds('1.5s'), milliseconds('10m')], [500, 1500, 600_000])
  assert.deepEqual([bytes('64KiB'), bytes('1MB'), bytes('1GiB')], [65_536, 1_000_000, 1_073_741_824])
})

test('what is none is said to be', () => {
  assert.throws(() => milliseconds('10' as never), { name: 'RangeError', message: /10 lacks its unit/ })
  assert.throws(
    () => milliseconds('10min' as never),
    /milliseconds: 'min' is no unit of a duration; did you mean '10m'/,
  )
  assert.throws(() => bytes('1mib' as never), /bytes: 'mib' is no unit of a size; did you mean '1MiB'/)
})
