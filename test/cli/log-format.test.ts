import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { combinedLine, eventLine, jsonLine } from '../../src/cli/log-format.ts'
import { LIMITS } from '../../src/config/limits.ts'
import type { RequestRecord } from '../../src/observe/events.ts'

const record: RequestRecord = {
  atWall: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  clientAddress: '192.0.2.1',
  method: 'GET',
  authority: 'www.example.com',
  target: '/a?b=c',
  minorVersion: 1,
  status: 200,
  outcome: 'hit',
  reason: '',
  route: 'shop',
  bytesIn: 100,
  bytesOut: 2048,
  durationMs: 12,
  referer: 'http://www.example.com/',
  userAgent: 'curl/8',
  end: 'complete',
}

const HOSTILE = 'a"b\\c\r\nd\0\x1b[31m\x7f\x9b\xff'
const PRINTABLE = /^[\x20-\x7e]*$/

describe('the access log as JSON', () => {
  test('says what a request was and what became of it', () => {
    assert.deepEqual(JSON.parse(jsonLine(record)), {
      time: '2026-01-02T03:04:05.678Z',
      client: '192.0.2.1',
      method: 'GET',
      host: 'www.example.com',
      target: '/a?b=c',
      protocol: 'HTTP/1.1',
      status: 200,
      outcome: 'hit',
      reason: '',
      route: 'shop',
      received: 100,
      sent: 2048,
      duration: 0.012,
      referer: 'http://www.example.com/',
      userAgent: 'curl/8',
      end: 'complete',
    })
  })
  test('is one line of printable ASCII whatever a client writes, and reads back as it was', () => {
    const line = jsonLine({ ...record, userAgent: HOSTILE })
    assert.match(line, PRINTABLE)
    assert.equal((JSON.parse(line) as { userAgent: string }).userAgent, HOSTILE)
  })
})

describe('the access log as NCSA combined', () => {
  test('is combined, and the outcome behind it', () => {
    assert.equal(
      combinedLine(record),
      '192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] "GET /a?b=c HTTP/1.1" 200 2048 "http://www.example.com/" "curl/8" hit "-" "shop" 0.012 "www.example.com"',
    )
  })
  test('what a client writes can neither end the line nor close a quotation', () => {
    const line = combinedLine({ ...record, userAgent: HOSTILE })
    assert.match(line, PRINTABLE)
    assert.ok(line.includes('"a\\"b\\\\c\\x0d\\x0ad\\x00\\x1b[31m\\x7f\\x9b\\xff"'), line)
  })
  test('no response and no referer are dashes', () => {
    assert.match(combinedLine({ ...record, status: 0, referer: '', userAgent: '' }), /" - 2048 "-" "-" /)
  })
})

test('user information in Referer is not logged', () => {
  const line = jsonLine({ ...record, referer: 'https://user:secret@www.example.com/x@y' })
  assert.equal((JSON.parse(line) as { referer: string }).referer, 'https://www.example.com/x@y')
})

test('a field is cut at its limit', () => {
  const line = jsonLine({ ...record, target: '/'.repeat(LIMITS.logFieldChars + 1) })
  assert.equal((JSON.parse(line) as { target: string }).target.length, LIMITS.logFieldChars + 3)
})

describe('the operational log', () => {
  test('is a time, a level, a name and its particulars', () => {
    assert.equal(
      eventLine(record.atWall, 'warn', 'origin-failed', { origin: 'default', after: 12, detail: 'a "b"\n' }),
      '2026-01-02T03:04:05.678Z warn origin-failed origin=default after=12 detail="a \\"b\\"\\x0a"',
    )
  })
})
