/** The scanner alone: every cut gives the same answer, and what is accepted is read right. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RepeatedSections } from '../../src/server/http1/repeated-sections.ts'
import { RequestHead } from '../../src/server/http1/request-head.ts'
import { literalCases } from './wire-cases.ts'

const LIMITS = { maxHeadBytes: 32 * 1024, maxTargetBytes: 8 * 1024, maxFields: 100 }

/** What the scanner says of bytes that come in two reads, cut at `cut`. */
function scan(bytes: string, cut: number): string {
  const head = new RequestHead(LIMITS)
  const first = Buffer.from(bytes.slice(0, cut), 'latin1')
  const second = Buffer.from(`pad${bytes}`, 'latin1')
  let answer = cut === 0 ? 'more' : head.scan(first, 0, first.length)
  if (answer === 'more') answer = head.scan(second, 3, second.length)
  return JSON.stringify([answer, head.reason, head.method, head.target, head.bytes, linesOf(head)])
}

function linesOf(head: RequestHead): string[] {
  return Array.from(
    { length: head.fields.size },
    (_, i) => `${head.fields.nameAt(i)}=${head.fields.valueAt(i)}`,
  )
}

test('a head cut anywhere is read as if it came whole', () => {
  for (const { id, bytes } of literalCases()) {
    const whole = scan(bytes, 0)
    for (let cut = 1; cut < bytes.length; cut++) assert.equal(scan(bytes, cut), whole, `${id} cut at ${cut}`)
  }
})

describe('RFC 9112 §5 field lines', () => {
  const read = (lines: string): RequestHead => {
    const head = new RequestHead(LIMITS)
    const bytes = Buffer.from(`GET / HTTP/1.1\r\n${lines}\r\n`, 'latin1')
    head.scan(bytes, 0, bytes.length)
    return head
  }

  test('blanks around a value are not part of it, those within are', () => {
    assert.deepEqual(linesOf(read('A:b\r\nC: \t d  e \t\r\nF:\r\nG: \t \r\n')), ['a=b', 'c=d  e', 'f=', 'g='])
  })

  test('names are found in any case, values joined in order', () => {
    const { fields } = read('X-One: 1\r\nx-two: 2\r\nX-ONE: 3\r\nx-one: 4\r\n')
    assert.equal(fields.get('x-one'), '1, 3, 4')
    assert.deepEqual(fields.all('x-one'), ['1', '3', '4'])
    assert.equal(fields.get('x-three'), undefined)
    assert.equal(fields.has('x-two'), true)
    assert.equal(fields.has('x-tw'), false)
  })

  test('more lines than fit at first are all kept', () => {
    const { fields } = read(Array.from({ length: 99 }, (_, n) => `X-${n}: v${n}\r\n`).join(''))
    assert.equal(fields.size, 99)
    assert.equal(fields.get('x-98'), 'v98')
  })

  test('a scanner is as new after it has been cleared', () => {
    const head = read('Host: a\r\nHost: b\r\nContent-Length: 3\r\n')
    head.clear()
    const bytes = Buffer.from('PUT /x HTTP/1.0\r\nHost: c\r\n\r\n', 'latin1')
    assert.equal(head.scan(bytes, 0, bytes.length), 'complete')
    assert.equal(`${head.method} ${head.target} ${head.minorVersion}`, 'PUT /x 0')
    assert.deepEqual([head.known.host, head.known.contentLength, head.fields.size], [1, 0, 1])
  })

  test('every byte that may not stand in a name, a value or a target is refused', () => {
    for (let byte = 0; byte < 256; byte++) {
      const character = String.fromCharCode(byte)
      const isToken = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(character)
      const name = read(`X${character}Y: v\r\n`)
      // A colon ends the name, which is another matter.
      if (byte !== 0x3a) assert.equal(name.reason === null, isToken, `name ${byte}`)
      const value = read(`X: a${character}b\r\n`)
      assert.equal(value.reason === null, byte === 9 || (byte >= 32 && byte !== 127), `value ${byte}`)
      const target = new RequestHead(LIMITS)
      const bytes = Buffer.from(`GET /a${character}b HTTP/1.1\r\n\r\n`, 'latin1')
      target.scan(bytes, 0, bytes.length)
      assert.equal(
        target.reason === null,
        byte > 32 && byte < 127 && !'"#<>\\'.includes(character),
        `target ${byte}`,
      )
    }
  })
})

describe('field sections that come again', () => {
  const SECTION = 'Host: t.test\r\nX-A:  one \r\nConnection: keep-alive\r\nx-a: two\r\n\r\n'

  /** What is read of a head, in words; and whether its lines are read from what came before. */
  function read(table: RepeatedSections | null, bytes: string, pieces = 1): string {
    const head = new RequestHead(LIMITS, table)
    const buffer = Buffer.from(`pad${bytes}`, 'latin1')
    let answer = ''
    for (let piece = 1; piece <= pieces; piece++) {
      answer = head.scan(buffer, 3, 3 + Math.floor((bytes.length * piece) / pieces))
    }
    const { reason, method, target, minorVersion, known } = head
    return JSON.stringify([answer, reason, method, target, minorVersion, head.bytes, known, linesOf(head)])
  }

  test('are read as they were the first time, whatever the request line', () => {
    const table = new RepeatedSections(1)
    for (const line of [
      'GET /a HTTP/1.1',
      'GET /a HTTP/1.1',
      'HEAD /other?x=1 HTTP/1.0',
      '\r\nGET / HTTP/1.1',
    ]) {
      const bytes = `${line}\r\n${SECTION}`
      assert.equal(read(table, bytes), read(null, bytes))
      assert.equal(read(table, bytes, 3), read(null, bytes))
    }
    assert.notEqual(table.find(Buffer.from(SECTION, 'latin1'), 0, SECTION.length), null)
  })

  test('change nothing of what is refused, of what has a body, or of what differs in one byte', () => {
    const table = new RepeatedSections(1)
    const wire = literalCases().map((one) => one.bytes)
    const near = Array.from(
      SECTION,
      (character, i) =>
        `GET / HTTP/1.1\r\n${SECTION.slice(0, i)}${character === 'q' ? 'r' : 'q'}${SECTION.slice(i + 1)}`,
    )
    for (const bytes of [...wire, ...near]) {
      for (let times = 0; times < 3; times++) {
        assert.equal(read(table, `GET / HTTP/1.1\r\n${SECTION}`), read(null, `GET / HTTP/1.1\r\n${SECTION}`))
        assert.equal(read(table, bytes), read(null, bytes))
        assert.equal(read(table, bytes), read(null, bytes))
      }
    }
  })

  test('are learned at their second coming, and none with a body is', () => {
    const table = new RepeatedSections()
    const isKnown = (section: string): boolean =>
      table.find(Buffer.from(section, 'latin1'), 0, section.length) !== null
    read(table, `GET / HTTP/1.1\r\n${SECTION}`)
    assert.equal(isKnown(SECTION), false)
    read(table, `GET / HTTP/1.1\r\n${SECTION}`)
    assert.equal(isKnown(SECTION), true)
    const withBody = 'Host: a\r\nContent-Length: 3\r\n\r\n'
    for (let times = 0; times < 3; times++) read(table, `POST / HTTP/1.1\r\n${withBody}`)
    assert.equal(isKnown(withBody), false)
  })
})
