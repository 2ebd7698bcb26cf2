/** What hostile or broken origins answer to a GET that could be stored, and what must become of it. */
import { readFileSync } from 'node:fs'
import { unescapeBytes } from './wire-text.ts'

export interface ResponseCase {
  readonly id: string
  readonly why: string
  readonly bytes: string
  /** FIN follows the bytes. */
  readonly ends?: boolean
  readonly verdict: ResponseVerdict
}

export type ResponseVerdict =
  /** 502, or where something of it was on its way already, a response that is broken off; the origin's connection closed; nothing stored. */
  | 'refused'
  /** Delivered whole as it is, the connection to the origin closed, since there was something behind it. */
  | 'delivered, then closed'
  /** Delivered whole as it is, and not stored. */
  | 'delivered, not stored'
  /** Delivered, stored or not: only its status is looked at. */
  | 'delivered'

interface Row {
  readonly id: string
  readonly raw: string
  readonly why: string
  readonly kind: 'literal' | 'template'
}

const OK = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n'
const EVIL = 'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 4\r\n\r\nEVIL'

/** Verdicts on the given cases; those left out are refused. H07 is no answer at all and is tested with the origin's connections. */
const GIVEN: Readonly<Record<string, ResponseVerdict>> = {
  H06: 'delivered, then closed',
  H17: 'delivered',
  H24: 'delivered, not stored',
  H27: 'delivered, not stored',
  H28: 'delivered, not stored',
  H29: 'delivered, not stored',
  H30: 'delivered, not stored',
  H32: 'delivered, not stored',
}

const WRITTEN: Readonly<Record<string, Partial<ResponseCase>>> = {
  H03: { bytes: `${OK}Content-Length: 10\r\n\r\nabcde`, ends: true },
  H09: { bytes: `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(64)}${OK}Content-Length: 0\r\n\r\n` },
  H17: { bytes: `${OK}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00` },
}

export function givenResponses(): ResponseCase[] {
  const rows = JSON.parse(readFileSync(new URL('h1-responses.json', import.meta.url), 'utf8')) as Row[]
  return rows
    .filter(({ id }) => id !== 'H07')
    .map((row) => ({
      id: row.id,
      why: row.why,
      bytes: unescapeBytes(row.raw),
      verdict: GIVEN[row.id] ?? 'refused',
      ...WRITTEN[row.id],
    }))
}

/** Heads, and what is wrong with them. */
const HEADS: readonly (readonly [head: string, why: string])[] = [
  [`${OK}Content-Length: 4\r\nContent-Length: 5`, 'two lengths'],
  [`${OK}Content-Length: 4, 4`, 'a list of lengths'],
  [`${OK}Content-Length: +4`, 'a sign'],
  [`${OK}Content-Length: 4 4`, 'two numbers in one'],
  [`${OK}Content-Length: 0x4`, 'hexadecimal'],
  [`${OK}Content-Length: 18446744073709551620`, 'wraps to 4'],
  [`${OK}Content-Length:`, 'no length'],
  [`${OK}Content-Length : 4`, 'a blank before the colon'],
  [`${OK}Content-Length: 4\r\nTransfer-Encoding: identity`, 'a length and a coding'],
  [`${OK}Transfer-Encoding: gzip, chunked`, 'a coding that would have to be undone'],
  [`${OK}Transfer-Encoding: chunked, identity`, 'chunked is not the last'],
  [`${OK}Transfer-Encoding: xchunked`, 'an unknown coding'],
  [`${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked`, 'two codings'],
  [`${OK}Transfer-Encoding: \x0bchunked`, 'a vertical tab'],
  [`${OK}Set-Cookie: a=b\rX: y\r\nContent-Length: 4`, 'a bare CR splits a value'],
  [`${OK}X: a\nSet-Cookie: a=b\r\nContent-Length: 4`, 'a bare LF splits a value'],
  [`${OK}X: a\0b\r\nContent-Length: 4`, 'a NUL in a value'],
  [`${OK}X: a\x1bb\r\nContent-Length: 4`, 'an escape in a value'],
  [`${OK}X Y: a\r\nContent-Length: 4`, 'a blank in a name'],
  [`${OK}: a\r\nContent-Length: 4`, 'no name'],
  [`${OK}X\xe9: a\r\nContent-Length: 4`, 'a name beyond ASCII'],
  [`${OK}X: a\r\n b\r\nContent-Length: 4`, 'a folded value'],
  [`${OK} X: a\r\nContent-Length: 4`, 'a folded first line'],
  [`${OK}X\r\nContent-Length: 4`, 'a line without a colon'],
  ['HTTP/1.1 20 OK\r\nContent-Length: 4', 'two digits of status'],
  ['HTTP/1.1 600 Odd\r\nContent-Length: 4', 'a status beyond 599'],
  ['HTTP/1.1 -200 OK\r\nContent-Length: 4', 'a signed status'],
  ['HTTP/1.1 200OK\r\nContent-Length: 4', 'no blank behind the status'],
  ['HTTP/2 200 OK\r\nContent-Length: 4', 'another version'],
  ['HTTP/1.1200 OK\r\nContent-Length: 4', 'no blank behind the version'],
  ['ICY 200 OK\r\nContent-Length: 4', 'a radio'],
  ['GET / HTTP/1.1\r\nHost: t.test', 'a request'],
  [
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: evil',
    'a switch that nobody asked for',
  ],
  ['HTTP/1.1 204 No Content\r\nContent-Length: 4', 'a 204 that announces a body'],
  ['HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked', 'a chunked 204'],
  ['HTTP/1.1 103 Early Hints\r\nContent-Length: 4', 'an interim response with a body'],
  ['HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked', 'a coding in HTTP/1.0'],
  [`${OK}${'X: y\r\n'.repeat(1000)}Content-Length: 4`, 'a flood of fields'],
  [`${OK}X: ${'y'.repeat(100_000)}\r\nContent-Length: 4`, 'a gigantic value'],
  [`${OK}${'X'.repeat(100_000)}: y\r\nContent-Length: 4`, 'a gigantic name'],
]

/** Chunked bodies, and what is wrong with them. */
const CHUNKED: readonly (readonly [body: string, why: string])[] = [
  ['4\r\nabcd\r\n0x0\r\n\r\n', 'a prefix'],
  ['4 \r\nabcd\r\n0\r\n\r\n', 'a blank behind a size'],
  ['+4\r\nabcd\r\n0\r\n\r\n', 'a sign'],
  ['4\nabcd\n0\n\n', 'bare LFs'],
  ['4\r\nabcdX0\r\n\r\n', 'no line end behind the data'],
  ['5\r\nabcd\r\n0\r\n\r\n', 'a size too large'],
  ['3\r\nabcd\r\n0\r\n\r\n', 'a size too small'],
  ['10000000000000004\r\nabcd\r\n0\r\n\r\n', 'wraps to 4'],
  [`4;${'x'.repeat(5000)}\r\nabcd\r\n0\r\n\r\n`, 'an extension without end'],
  ['4\r\nabcd\r\n0\r\nX y\r\n\r\n', 'a trailer without a colon'],
  ['4\r\nabcd\r\n0\r\nX: a\nb\r\n\r\n', 'a bare LF in a trailer'],
  [`4\r\nabcd\r\n0\r\n${'X: y\r\n'.repeat(1000)}\r\n`, 'a flood of trailers'],
]

/** Truncated at the end: complete bytes are announced that do not come. */
const CUT: readonly (readonly [bytes: string, why: string])[] = [
  ['', 'nothing at all'],
  ['HTTP/1.1 200 O', 'half a status line'],
  [OK, 'half a head'],
  [`${OK}Content-Length: 4\r\n\r\n`, 'no body'],
  [`${OK}Content-Length: 4\r\n\r\nabc`, 'not the last byte'],
  [`${OK}Transfer-Encoding: chunked\r\n\r\n`, 'no chunk'],
  [`${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nab`, 'half a chunk'],
  [`${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n`, 'no last chunk'],
  [`${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n`, 'not the last line end'],
  [`${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\nX: y\r\n`, 'half the trailers'],
  ['HTTP/1.1 100 Continue\r\n\r\n', 'an interim response alone'],
]

export function ownResponses(): ResponseCase[] {
  const id = (prefix: string, n: number): string => `${prefix}${String(n + 1).padStart(2, '0')}`
  const body = (head: string): string => (/Transfer-Encoding/.test(head) ? '4\r\nabcd\r\n0\r\n\r\n' : 'abcd')
  const refused = 'refused' as const
  return [
    ...HEADS.map(([head, why], n) => ({
      id: id('RH', n),
      why,
      bytes: `${head}\r\n\r\n${body(head)}`,
      verdict: refused,
    })),
    ...CHUNKED.map(([chunks, why], n) => ({
      id: id('RC', n),
      why,
      bytes: `${OK}Transfer-Encoding: chunked\r\n\r\n${chunks}`,
      verdict: refused,
    })),
    ...CUT.map(([bytes, why], n) => ({ id: id('RT', n), why, bytes, ends: true, verdict: refused })),
    ...[
      `${OK}Content-Length: 4\r\n\r\nabcd`,
      `${OK}Content-Length: 0\r\n\r\n`,
      `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n`,
      `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\nX: y\r\n\r\n`,
      'HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nabcd',
    ].map((bytes, n) => ({
      id: id('RX', n),
      why: 'another response behind it',
      bytes: bytes + EVIL,
      verdict: 'delivered, then closed' as const,
    })),
    ...['private', 'no-store', 'no-cache', 'max-age=0, must-revalidate', 'private="Set-Cookie"'].map(
      (value, n) => ({
        id: id('RP', n),
        why: `Cache-Control: ${value}`,
        bytes: `HTTP/1.1 200 OK\r\nCache-Control: ${value}\r\nContent-Length: 4\r\n\r\nabcd`,
        verdict: 'delivered, not stored' as const,
      }),
    ),
  ]
}
