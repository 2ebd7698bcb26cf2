import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope } from '../../src/base/envelope.ts'

test('an envelope is tight from three quarters on, full at its limit, and says so once each time it grows tight', () => {
  const envelope = new Envelope(1000)
  let calls = 0
  envelope.tightened = () => calls++
  envelope.charge(749)
  assert.deepEqual([envelope.isTight, envelope.isFull, calls], [false, false, 0])
  envelope.charge(1)
  envelope.charge(249)
  assert.deepEqual([envelope.isTight, envelope.isFull, calls], [true, false, 1])
  envelope.charge(1)
  assert.deepEqual([envelope.isTight, envelope.isFull, calls], [true, true, 1])
  envelope.charge(-1000)
  assert.deepEqual([envelope.usedBytes, envelope.isTight], [0, false])
  envelope.charge(800)
  assert.equal(calls, 2)
})

test('an envelope without limit is never tight', () => {
  const envelope = new Envelope(Infinity)
  envelope.charge(2 ** 50)
  assert.deepEqual([envelope.isTight, envelope.isFull], [false, false])
})
