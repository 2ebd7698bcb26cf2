import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bulk } from '../../src/server/http1/bulk.ts'
import { until } from './server.ts'

/** Bodies of three slices each, and what was written of them, in order. */
function crowd(bulk: Bulk, bodies: number): string[] {
  const written: string[] = []
  for (let i = 0; i < bodies; i++) {
    let slices = 0
    const sender = {
      pump() {
        for (; slices < 3; slices++) {
          if (bulk.left === 0) {
            bulk.wait(sender)
            return
          }
          bulk.spend(100)
          written.push(`${i}.${slices}`)
        }
      },
    }
    sender.pump()
  }
  return written
}

test('of large bodies so much is written in one turn of the event loop, and they take turns', async () => {
  const written = crowd(new Bulk(100), 3)
  assert.deepEqual(written, ['0.0'])
  await until(() => written.length === 9)
  assert.deepEqual(written, ['0.0', '0.1', '1.0', '2.0', '0.2', '1.1', '2.1', '1.2', '2.2'])
})

test('one alone gets all there is to a turn', async () => {
  const written = crowd(new Bulk(200), 1)
  assert.deepEqual(written, ['0.0', '0.1'])
  await until(() => written.length === 3)
})

test('a turn is short where a connection was accepted in the one before', async () => {
  const bulk = new Bulk()
  bulk.spend(Infinity)
  bulk.hurry()
  await until(() => bulk.left > 0)
  const hurried = bulk.left
  bulk.spend(Infinity)
  await until(() => bulk.left > 0)
  assert.ok(hurried < bulk.left)
})

test('what is handed over at once is less where many wait', () => {
  const bulk = new Bulk(100)
  const alone = bulk.sliceBytes
  crowd(bulk, 1000)
  assert.ok(bulk.sliceBytes < alone)
})
