import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readCount, readDuration, readSize, show, writeDuration, writeSize } from '../../src/config/units.ts'

function why(reading: { ok: boolean; why?: string }): string {
  assert.equal(reading.ok, false)
  return reading.why ?? ''
}

describe('durations', () => {
  const good: [string | number, number][] = [
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5s', 1500],
    ['10m', 600_000],
    ['0.5h', 1_800_000],
    ['365d', 31_536_000_000],
    ['0.1s', 100],
    ['0', 0],
    [0, 0],
    ['0s', 0],
  ]
  for (const [text, ms] of good) {
    test(`${text} is ${ms} ms`, () => assert.deepEqual(readDuration(text), { ok: true, value: ms }))
  }

  test('a number without a unit is refused with both readings of it', () => {
    assert.equal(why(readDuration('60')), "60 lacks its unit; write '60s' or '60ms'")
    assert.equal(why(readDuration(60)), "60 lacks its unit; write '60s' or '60ms'")
  })
  test('an unknown unit is answered with the one that was meant', () => {
    assert.equal(why(readDuration('10sec')), "'sec' is no unit of a duration; did you mean '10s'?")
    assert.equal(why(readDuration('2 hours')), "'2 hours' is no duration; " + HINT)
    assert.equal(why(readDuration('2hours')), "'hours' is no unit of a duration; did you mean '2h'?")
    assert.equal(why(readDuration('10M')), "'M' is no unit of a duration; did you mean '10m'?")
  })
  test('what is not a whole number of milliseconds is refused, not rounded', () => {
    assert.equal(why(readDuration('0.1ms')), "'0.1ms' is not a whole number of milliseconds")
  })
  for (const bad of [
    '',
    's',
    '-1s',
    '+1s',
    '1e3s',
    ' 1s',
    '1s ',
    '1.s',
    '.5s',
    '0x10s',
    '١s',
    null,
    true,
    {},
    NaN,
  ]) {
    test(`${show(bad)} is no duration`, () => assert.equal(readDuration(bad).ok, false))
  }
  test('names on the prototype of objects are no units', () => {
    assert.equal(readDuration('1constructor').ok, false)
    assert.equal(readSize('1toString').ok, false)
  })
  test('what would not fit into a safe integer is refused', () => {
    assert.match(why(readDuration('999999999999999d')), /is too large/)
  })
})

const HINT = "write a number and its unit (ms, s, m, h or d), such as '1.5s' or '10m'"

describe('sizes', () => {
  const good: [string | number, number][] = [
    ['0B', 0],
    ['1KiB', 1024],
    ['1kB', 1000],
    ['256MiB', 268_435_456],
    ['1.5GiB', 1_610_612_736],
    ['1TiB', 1_099_511_627_776],
    ['1024', 1024],
    [1024, 1024],
  ]
  for (const [text, bytes] of good) {
    test(`${text} is ${bytes} bytes`, () => assert.deepEqual(readSize(text), { ok: true, value: bytes }))
  }
  test('a short unit is answered with the one that was meant', () => {
    assert.equal(why(readSize('256m')), "'m' is no unit of a size; did you mean '256MiB'?")
    assert.equal(why(readSize('64KB')), "'KB' is no unit of a size; did you mean '64kB'?")
    assert.equal(why(readSize('1gib')), "'gib' is no unit of a size; did you mean '1GiB'?")
  })
  for (const bad of ['', 'MiB', '-1MiB', '1e3MiB', '0.1B', -1, 1.5, Infinity, null, []]) {
    test(`${show(bad)} is no size`, () => assert.equal(readSize(bad).ok, false))
  }
})

describe('counts', () => {
  test('a whole number is read from a number and from its digits', () => {
    assert.deepEqual(readCount(12), { ok: true, value: 12 })
    assert.deepEqual(readCount('12'), { ok: true, value: 12 })
  })
  for (const bad of ['', '-1', '1.5', '1e3', '0x10', ' 1', -1, 1.5, NaN, null]) {
    test(`${show(bad)} is no count`, () => assert.equal(readCount(bad).ok, false))
  }
})

test('what is written is read back as the same', () => {
  for (const ms of [0, 1, 1500, 60_000, 90_000, 86_400_000]) {
    assert.deepEqual(readDuration(writeDuration(ms)), { ok: true, value: ms })
  }
  for (const bytes of [0, 1, 1000, 1024, 268_435_456]) {
    assert.deepEqual(readSize(writeSize(bytes)), { ok: true, value: bytes })
  }
  assert.equal(writeDuration(90_000), '90s')
  assert.equal(writeSize(268_435_456), '256MiB')
})
