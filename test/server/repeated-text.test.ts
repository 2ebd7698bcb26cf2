/** Texts and lines that are written again and again come out the same, whether they are remembered or not. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HitLines } from '../../src/engine/hit-lines.ts'
import { RepeatedText } from '../../src/server/http1/repeated-text.ts'

describe('repeated text', () => {
  test('texts that share a place, short ones, long ones and latin1 are copied as they are', () => {
    const texts = new RepeatedText()
    const target = Buffer.alloc(1000)
    const all = [
      '',
      'a',
      '\r\n',
      'Connection: close\r\n',
      'x: \xe9\xff\r\n',
      'y'.repeat(256),
      'z'.repeat(257),
    ]
    for (let i = 0; i < 300; i++) all.push(`Age: ${i}\r\nCache-Status: a; hit; ttl=${600 - i}\r\n`)
    for (const text of [...all, ...all, ...all.toReversed()]) {
      target.fill(0x2e)
      assert.equal(texts.copy(text, target, 5), text.length)
      assert.equal(target.toString('latin1', 0, 6 + text.length), `.....${text}.`)
    }
  })
})

describe('the lines of a hit', () => {
  test('tell the age and what is left of the lifetime, whatever was asked for before', () => {
    const lines = new HitLines('edge')
    for (let round = 0; round < 2; round++) {
      for (let age = 0; age < 600; age++) {
        for (const ttl of [600 - age, 0, -age, 2 ** 31]) {
          assert.equal(lines.of(age, ttl), `Age: ${age}\r\nCache-Status: edge; hit; ttl=${ttl}\r\n`)
        }
      }
    }
  })
})
