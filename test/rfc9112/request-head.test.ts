/** The scanner alone: every cut gives the same answer, and what is accepted is read right. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
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

  describe('that differ from what came before in some lines', () => {
    const LINES = SECTION.split('\r\n').slice(0, -2)
    const shared = Buffer.alloc(16 * 1024)

    /** One head after the other on one connection, all in one buffer, each in `pieces`. */
    function readInTurn(table: RepeatedSections | null, heads: readonly string[], pieces: number): string[] {
      const head = new RequestHead(LIMITS, table)
      return heads.map((bytes) => {
        head.clear()
        shared.fill(0x58)
        shared.write(bytes, 5, 'latin1')
        for (let piece = 1; piece <= pieces; piece++) {
          const answer = head.scan(shared, 5, 5 + Math.floor((bytes.length * piece) / pieces))
          if (answer !== 'more' || piece === pieces) {
            const { reason, method, target, known } = head
            return JSON.stringify([answer, reason, method, target, head.bytes, known, linesOf(head)])
          }
        }
        return ''
      })
    }

    const line = fc.oneof(
      fc.constantFrom(
        ...LINES,
        'Host: b.test',
        'Content-Length: 0',
        'Content-Length: 3',
        'Transfer_Encoding: x',
      ),
      fc.constantFrom(
        'If-None-Match: "1"',
        'X: ',
        ' folded',
        'no colon',
        'X : y',
        'Connection: close',
        'X:\x01',
      ),
      fc.string({ unit: fc.constantFrom('a', ':', ' ', '\r', '\n', '\xe9'), maxLength: 12 }),
    )
    const section = fc
      .tuple(
        fc.nat(LINES.length),
        fc.nat(2),
        fc.array(line, { maxLength: 3 }),
        fc.constantFrom('\r\n', '', 'GET / HTTP/1.1\r\nHost: c.test\r\n'),
      )
      .map(
        ([at, without, added, end]) =>
          [...LINES.slice(0, at), ...added, ...LINES.slice(at + without)]
            .map((text) => `${text}\r\n`)
            .join('') + end,
      )

    test('are read as if they were scanned', () => {
      fc.assert(
        fc.property(
          fc.array(section, { minLength: 1, maxLength: 6 }),
          fc.constantFrom(1, 2, 7),
          (sections, pieces) => {
            const heads = [SECTION, SECTION, SECTION, ...sections.flatMap((one) => [one, one, SECTION])].map(
              (one, i) => `GET /${'x'.repeat(i)} HTTP/1.1\r\n${one}`,
            )
            assert.deepEqual(
              readInTurn(new RepeatedSections(), heads, pieces),
              readInTurn(null, heads, pieces),
            )
          },
        ),
        { numRuns: 2000 },
      )
    })

    test('are scanned only where they differ', () => {
      const table = new RepeatedSections()
      readInTurn(
        table,
        [SECTION, SECTION, SECTION].map((one) => `GET / HTTP/1.1\r\n${one}`),
        1,
      )
      const known = table.find(shared, 21, 21 + SECTION.length)
      assert.ok(known !== null)
      const more = SECTION.slice(0, -2) + 'If-None-Match: "1"\r\n\r\n'
      shared.write(more, 21, 'latin1')
      assert.equal(table.linesInFront(known, shared, 21, 21 + more.length), LINES.length)
      const other = `Host: other.test\r\n${SECTION.slice(SECTION.indexOf('\n') + 1)}`
      shared.write(other, 21, 'latin1')
      assert.equal(table.linesInFront(known, shared, 21, 21 + other.length), 0)
      const second = 21 + other.indexOf('\n') + 1
      const rest = 21 + other.length - second
      assert.equal(known.lineWith(rest), 1)
      assert.equal(known.lineWith(rest - 1), -1)
      assert.equal(known.lineWith(SECTION.length), 0)
      assert.equal(known.lineWith(SECTION.length + 1), -1)
      assert.equal(known.lineWith(2), -1)
      assert.equal(table.endsAlike(known, 1, shared, 21 + other.length), true)
      shared[21 + other.length - 5]! ^= 1
      assert.equal(table.endsAlike(known, 1, shared, 21 + other.length), false)
    })

    test('are not taken over beyond the greatest number of fields', () => {
      const table = new RepeatedSections()
      const bound = { ...LIMITS, maxFields: LINES.length }
      const head = new RequestHead(bound, table)
      const scan = (bytes: string) => {
        head.clear()
        shared.write(bytes, 0, 'latin1')
        return head.scan(shared, 0, bytes.length)
      }
      for (let times = 0; times < 3; times++) assert.equal(scan(`GET / HTTP/1.1\r\n${SECTION}`), 'complete')
      assert.equal(scan(`GET / HTTP/1.1\r\nX: y\r\n${SECTION}`), 'refused')
      assert.equal(head.reason, 'too-many-fields')
      assert.equal(scan(`GET / HTTP/1.1\r\n${SECTION.slice(0, -2)}X: y\r\n\r\n`), 'refused')
      bound.maxFields--
      assert.equal(scan(`GET / HTTP/1.1\r\n${SECTION}`), 'refused', 'known from before the limit was lowered')
      assert.equal(head.reason, 'too-many-fields')
    })

    test('go on as they began where their place in the table is taken meanwhile', () => {
      const table = new RepeatedSections(1)
      const [one, other] = [new RequestHead(LIMITS, table), new RequestHead(LIMITS, table)]
      const scan = (head: RequestHead, bytes: string, from = 0) => {
        shared.write(bytes, from, 'latin1')
        return head.scan(shared, from, from + bytes.length)
      }
      const known = `GET / HTTP/1.1\r\n${SECTION}`
      for (let times = 0; times < 3; times++) {
        one.clear()
        assert.equal(scan(one, known), 'complete')
      }
      one.clear()
      const begun = `GET / HTTP/1.1\r\n${LINES.slice(0, 2).join('\r\n')}\r\nX: `
      assert.equal(scan(one, begun), 'more')
      for (let times = 0; times < 3; times++) {
        other.clear()
        assert.equal(scan(other, `GET / HTTP/1.1\r\nHost: other.test\r\nX-A: three\r\n\r\n`, 500), 'complete')
      }
      assert.equal(scan(one, `${begun}y\r\n${LINES.slice(2).join('\r\n')}\r\n\r\n`), 'complete')
      assert.deepEqual(linesOf(one), ['host=t.test', 'x-a=one', 'x=y', 'connection=keep-alive', 'x-a=two'])
    })
  })

  test('are learned however few lines they have', () => {
    const table = new RepeatedSections()
    for (let times = 0; times < 2; times++) read(table, 'GET / HTTP/1.1\r\nHost: t.test\r\n\r\n')
    assert.notEqual(table.find(Buffer.from('Host: t.test\r\n\r\n'), 0, 16), null)
  })

  test('a head that is refused has no version of the one before', () => {
    const head = new RequestHead(LIMITS)
    const old = Buffer.from('GET / HTTP/1.0\r\nHost: t.test\r\n\r\n')
    head.scan(old, 0, old.length)
    assert.equal(head.minorVersion, 0)
    head.clear()
    const bad = Buffer.from('G@T / HTTP/1.1\r\n\r\n')
    assert.equal(head.scan(bad, 0, bad.length), 'refused')
    assert.equal(head.minorVersion, 1)
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
