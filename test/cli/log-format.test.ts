import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { JsonLine } from '../../src/cli/json-line.ts'
import { combinedLine, eventLine } from '../../src/cli/log-format.ts'
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

/** The line of one request, by a writer of its own. */
function jsonLine(record: RequestRecord): string {
  return lineOf(new JsonLine(), record)
}

function lineOf(line: JsonLine, record: RequestRecord): string {
  line.write(record)
  return Buffer.from(line.bytes.buffer, 0, line.length).toString('latin1')
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

describe('lines written one after the other', () => {
  test('are what each would be alone, whatever came before', () => {
    const text = fc.oneof(
      fc.constantFrom(
        '',
        'a',
        'x'.repeat(24),
        'Mozilla/5.0 (X11; Linux x86_64)',
        'Mozilla/5.0 (X11; Linux x86_65)',
      ),
      fc.constantFrom('y'.repeat(600), 'z'.repeat(5000), HOSTILE, HOSTILE.repeat(9), '\u{1f600} \ud800'),
      fc.string({ unit: 'binary', maxLength: 40 }),
    )
    const number = fc.oneof(fc.nat(), fc.constantFrom(0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1))
    const records = fc.array(
      fc.record({
        ...{ clientAddress: text, method: text, authority: text, target: text, reason: text, route: text },
        ...{ referer: text, userAgent: text, end: text, bytesIn: number, bytesOut: number },
        atWall: fc.oneof(fc.nat(), fc.integer({ min: 0, max: 4_000_000_000_000 })),
        minorVersion: fc.constantFrom(0 as const, 1 as const),
        status: fc.constantFrom(0, 200, 304),
        outcome: fc.constantFrom('hit' as const, 'miss' as const),
        durationMs: fc.oneof(fc.nat(), fc.constantFrom(0, 7, 999, 1000, 60_001, 12.5)),
      }),
      { minLength: 1, maxLength: 12 },
    )
    const shared = new JsonLine()
    fc.assert(
      fc.property(records, (some) => {
        for (const one of [...some, ...some, ...some]) {
          const line = lineOf(shared, one)
          assert.equal(line, jsonLine(one))
          assert.match(line, PRINTABLE)
          const read = JSON.parse(line) as Record<string, unknown>
          assert.equal(read['time'], new Date(one.atWall).toISOString())
          assert.deepEqual(
            [read['received'], read['sent'], read['status'], read['duration'], read['protocol']],
            [one.bytesIn, one.bytesOut, one.status, one.durationMs / 1000, `HTTP/1.${one.minorVersion}`],
          )
          const isShort = one.userAgent.length <= LIMITS.logFieldChars
          if (isShort) assert.equal(read['userAgent'], one.userAgent)
        }
      }),
    )
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
