// Origins that don't keep to the grammar, by mistake or on purpose. The names H01 to H32 are those of a list of hostile
// responses; what such a response means for the store is tested where storing is.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import type { Origin } from '../../src/origin/origin.ts'
import { originAt, Outcome, requestOf, settle } from './outcome.ts'
import { RawOrigin } from './raw-origin.ts'

let raw: RawOrigin
let origin: Origin

before(async () => {
  raw = await RawOrigin.listen()
})
after(() => raw.close())
beforeEach(() => {
  origin = originAt(raw.url)
})
afterEach(() => origin.close())

/** Answers a GET with these bytes, and checks that the connection is closed and that the next fetch is clean. */
async function storyOf(bytes: string, method = 'GET'): Promise<string> {
  await origin.close()
  origin = originAt(raw.url)
  const index = raw.connections.length
  raw.answer(bytes)
  const story = await Outcome.of(origin, requestOf({ method })).over()
  await (
    await raw.connection(index)
  ).closed
  raw.answer('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ncanary')
  assert.equal(await Outcome.of(origin).over(), '200 canary')
  assert.equal(raw.connections.length, index + 2, 'the canary came on another connection')
  return story
}

const OK = 'HTTP/1.1 200 OK\r\n'
const MALFORMED: Record<string, string> = {
  'H01 Content-Length and Transfer-Encoding': `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'H12 a bare CR in a value': `${OK}X-A: a\rSet-Cookie: s=1\r\nContent-Length: 0\r\n\r\n`,
  'H13 a status of four digits': 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n',
  // The list would also accept reading to the end of the connection; chunk sizes as content help nobody.
  'H20 Transfer-Encoding in HTTP/1.0 (§6.1 faulty framing)':
    'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a status of two digits': 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n',
  'a status that begins with 6': 'HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n',
  'a status that begins with 0': 'HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n',
  'no status': 'HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n',
  'two blanks before the status': 'HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n',
  'HTTP/2.0': 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.2': 'HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.10': 'HTTP/1.10 200 OK\r\nContent-Length: 0\r\n\r\n',
  'http in lower case': 'http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
  'HTTP/0.9, nothing but a body': '<html>hello</html>\r\n',
  'an empty line before the status line': `\r\n${OK}Content-Length: 0\r\n\r\n`,
  'a blank before the status line': ` ${OK}Content-Length: 0\r\n\r\n`,
  'another protocol': 'SSH-2.0-OpenSSH_9.9\r\n',
  'lines that end in LF alone': 'HTTP/1.1 200 OK\nContent-Length: 0\n\n',
  'one line that ends in LF alone': `${OK}X-A: 1\nContent-Length: 0\r\n\r\n`,
  'an empty line that is LF alone': `${OK}Content-Length: 0\r\n\n`,
  'a bare CR in the reason': 'HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n',
  'a bare CR at the end of a value': `${OK}X-A: a\r\r\nContent-Length: 0\r\n\r\n`,
  'NUL in a value': `${OK}X-A: a\0b\r\nContent-Length: 0\r\n\r\n`,
  'DEL in a value': `${OK}X-A: a\x7fb\r\nContent-Length: 0\r\n\r\n`,
  'BEL in the reason': 'HTTP/1.1 200 O\x07K\r\nContent-Length: 0\r\n\r\n',
  'a folded line': `${OK}X-A: a\r\n b\r\nContent-Length: 0\r\n\r\n`,
  'a line folded with a tab': `${OK}X-A: a\r\n\tb: c\r\nContent-Length: 0\r\n\r\n`,
  'a blank before the colon': `${OK}Content-Length : 0\r\n\r\n`,
  'a line without a colon': `${OK}X-A\r\nContent-Length: 0\r\n\r\n`,
  'an empty name': `${OK}: a\r\nContent-Length: 0\r\n\r\n`,
  'a name that is no token': `${OK}X(A): a\r\nContent-Length: 0\r\n\r\n`,
  'a name beyond ASCII': `${OK}X-\xe9: a\r\nContent-Length: 0\r\n\r\n`,
  'two Content-Length that differ': `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
  'two Content-Length that agree': `${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
  'a list of Content-Length': `${OK}Content-Length: 5, 5\r\n\r\nhello`,
  'a Content-Length with a sign': `${OK}Content-Length: +5\r\n\r\nhello`,
  'a negative Content-Length': `${OK}Content-Length: -5\r\n\r\nhello`,
  'an empty Content-Length': `${OK}Content-Length:\r\n\r\nhello`,
  'a hexadecimal Content-Length': `${OK}Content-Length: 0x5\r\n\r\nhello`,
  'a Content-Length with an exponent': `${OK}Content-Length: 5e0\r\n\r\nhello`,
  'a Content-Length with a fraction': `${OK}Content-Length: 5.0\r\n\r\nhello`,
  'a Content-Length beyond 2^53': `${OK}Content-Length: 9007199254740993\r\n\r\nhello`,
  'an enormous Content-Length': `${OK}Content-Length: 99999999999999999999999\r\n\r\nhello`,
  'a coding before chunked': `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  'a coding that is not chunked': `${OK}Transfer-Encoding: identity\r\n\r\nhello`,
  'chunked twice': `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'chunked with a parameter': `${OK}Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n`,
  'an empty Transfer-Encoding': `${OK}Transfer-Encoding:\r\n\r\nhello`,
  'chunked behind a vertical tab': `${OK}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`,
  'a 204 with a length': 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello',
  'a chunked 204': 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a 204 with a body': 'HTTP/1.1 204 No Content\r\n\r\nhello',
  'a 304 with a body': 'HTTP/1.1 304 Not Modified\r\n\r\nhello',
  'a 101 that nobody asked for':
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
  'H09 a flood of interim responses': `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(64)}${OK}Content-Length: 0\r\n\r\n`,
  'a flood of 100s': `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(17)}${OK}Content-Length: 0\r\n\r\n`,
  'an interim response with framing': `HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\n\r\nok${OK}Content-Length: 0\r\n\r\n`,
  'too many fields': `${OK}${'X: 1\r\n'.repeat(256)}Content-Length: 0\r\n\r\n`,
  'a gigantic field': `${OK}X: ${'a'.repeat(70_000)}\r\nContent-Length: 0\r\n\r\n`,
  'a gigantic reason': `HTTP/1.1 200 ${'a'.repeat(70_000)}\r\nContent-Length: 0\r\n\r\n`,
}

describe('a head or framing that is not accepted fails the fetch and closes the connection', () => {
  for (const [name, bytes] of Object.entries(MALFORMED)) {
    test(name, async () => {
      assert.equal(await storyOf(bytes), 'failed malformed')
    })
  }
})

const BROKEN: Record<string, string> = {
  'a size with a sign': '+5\r\nhello\r\n0\r\n\r\n',
  'a size with 0x': '0x5\r\nhello\r\n0\r\n\r\n',
  'a size behind a blank': ' 5\r\nhello\r\n0\r\n\r\n',
  'a size before a blank': '5 \r\nhello\r\n0\r\n\r\n',
  'a size that is no number': 'z\r\nhello\r\n0\r\n\r\n',
  'no size': '\r\nhello\r\n0\r\n\r\n',
  'a size ended by LF': '5\nhello\r\n0\r\n\r\n',
  'a size ended by CR': '5\rXhello\r\n0\r\n\r\n',
  'a size beyond 2^53': 'fffffffffffffff\r\nhello',
  'a size that wraps around 2^64': '10000000000000005\r\nhello\r\n0\r\n\r\n',
  'no CRLF behind the data': '5\r\nhello0\r\n\r\n',
  'LF alone behind the data': '5\r\nhello\n0\r\n\r\n',
  'more data than the size said': '5\r\nhello!\r\n0\r\n\r\n',
  'a NUL in an extension': '5;a=\0\r\nhello\r\n0\r\n\r\n',
  'a LF in an extension': '5;a\nhello\r\n0\r\n\r\n',
  'an endless extension': `5;${'a'.repeat(5000)}\r\nhello\r\n0\r\n\r\n`,
  'a trailer that is no field line': '0\r\nnonsense\r\n\r\n',
  'a trailer with a bare CR': '0\r\nX: a\rb\r\n\r\n',
  'a trailer with a bare LF': '0\r\nX: a\nb: c\r\n\r\n',
  'endless trailers': `0\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`,
  'a flood of trailers': `0\r\n${'X: 1\r\n'.repeat(257)}\r\n`,
}

describe('§7.1 broken chunked framing fails the fetch and closes the connection', () => {
  for (const [name, body] of Object.entries(BROKEN)) {
    test(name, async () => {
      const story = await storyOf(`${OK}Transfer-Encoding: chunked\r\n\r\n${body}`)
      assert.match(story, /^(200 (hello)? )?failed truncated$/)
    })
  }
})

describe('bytes behind a complete response are never interpreted', () => {
  test('H06 a second response behind the first: the first is delivered, the connection closed', async () => {
    const evil = `${OK}Content-Length: 4\r\n\r\nEVIL`
    assert.equal(await storyOf(`${OK}Content-Length: 4\r\n\r\nabcd${evil}`), '200 abcd')
    assert.equal(
      await storyOf(`${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n${evil}`),
      '200 abcd',
    )
    assert.equal(await storyOf(`${OK}Content-Length: 0\r\n\r\n${evil}`), '200 ')
    assert.equal(await storyOf(`${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nT: 1\r\n\r\n${evil}`), '200 ')
  })

  test('a body behind the head of a HEAD response', async () => {
    assert.equal(await storyOf(`${OK}Content-Length: 4\r\n\r\nEVIL`, 'HEAD'), '200 ')
  })

  test('H07 bytes on an idle connection close it', async () => {
    raw.answer(`${OK}Content-Length: 2\r\n\r\nok`)
    await Outcome.of(origin).over()
    const { connection } = raw.requests.at(-1)!
    connection.send(`${OK}Content-Length: 4\r\n\r\nEVIL`)
    await connection.closed
    await settle()
    assert.equal(origin.figures().open, 0)
    assert.equal(await Outcome.of(origin).over(), '200 ok')
  })

  test('H07 bytes on an idle connection that is being given to a fetch reach nobody', async () => {
    raw.answer(`${OK}Content-Length: 2\r\n\r\nok`)
    await Outcome.of(origin).over()
    const { connection } = raw.requests.at(-1)!
    await new Promise((resolve) => {
      connection.socket.write(`${OK}Content-Length: 4\r\n\r\nEVIL`, resolve)
    })
    assert.equal(origin.figures().idle, 1, 'nobody has read them yet')
    assert.equal(await Outcome.of(origin).over(), '200 ok')
    assert.notEqual(raw.requests.at(-1)!.connection, connection)
    assert.equal(connection.requests.length, 1)
  })

  test('an origin that speaks before it is asked', async () => {
    const eager = await RawOrigin.listen()
    eager.greeting = (connection) => connection.send(`${OK}Content-Length: 4\r\n\r\nEVIL`)
    eager.script(() => undefined)
    const impatient = originAt(eager.url)
    const got = Outcome.of(impatient)
    // Depending on which came first it answers the request or breaks the connection; it can't hurt another fetch.
    await got.over()
    await impatient.close()
    await eager.close()
    assert.equal(eager.connections.length, 1)
  })
})

describe('what looks odd but frames well is passed on as it is', () => {
  const odd: Record<string, [bytes: string, story: string]> = {
    'H09 sixteen interim responses': [
      `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(16)}${OK}Content-Length: 2\r\n\r\nok`,
      '200 ok',
    ],
    'H17 a gzip body that is broken': [
      `${OK}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00`,
      '200 \x1f\x8b\x08\x00',
    ],
    'H19 a 206 to a plain GET': [
      'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-3/9\r\nContent-Length: 4\r\n\r\nabcd',
      '206 abcd',
    ],
    'H24 odd directives': [
      `${OK}Cache-Control: private =\t"x", max-age=60\r\nContent-Length: 4\r\n\r\nabcd`,
      '200 abcd',
    ],
    'H27 a directive twice': [
      `${OK}Cache-Control: private, private="x", max-age=60\r\nContent-Length: 4\r\n\r\nabcd`,
      '200 abcd',
    ],
    'H28 a directive in capitals': [
      `${OK}Cache-Control: PRIVATE\r\nContent-Length: 4\r\n\r\nabcd`,
      '200 abcd',
    ],
    'H29 a directive with a semicolon': [
      `${OK}Cache-Control: max-age=60, private;x\r\nContent-Length: 4\r\n\r\nabcd`,
      '200 abcd',
    ],
    'H30 a directive in quotes': [
      `${OK}Cache-Control: "private"\r\nContent-Length: 4\r\n\r\nabcd`,
      '200 abcd',
    ],
    'H32 a long Vary': [
      `${OK}Vary: ${Array.from({ length: 20 }, (_, i) => `X-V${i}`).join(', ')}\r\nContent-Length: 4\r\n\r\nabcd`,
      '200 abcd',
    ],
    'as many fields as allowed': [`${OK}${'X: 1\r\n'.repeat(255)}Content-Length: 2\r\n\r\nok`, '200 ok'],
    'an empty value': [`${OK}X:\r\nContent-Length: 2\r\n\r\nok`, '200 ok'],
    'a status nobody knows': ['HTTP/1.1 299 \r\nContent-Length: 2\r\n\r\nok', '299 ok'],
  }
  for (const [name, [bytes, story]] of Object.entries(odd)) {
    test(name, async () => {
      raw.answer(bytes)
      assert.equal(await Outcome.of(origin).over(), story)
      assert.equal(await Outcome.of(origin).over(), story)
    })
  }

  test('H03 a body shorter than Content-Length is truncated', async () => {
    raw.script((request) => request.sendAndCut(`${OK}Content-Length: 10\r\n\r\nabcde`))
    assert.equal(await Outcome.of(origin).over(), '200 abcde failed truncated')
  })
})
