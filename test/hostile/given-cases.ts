/**
 * The cases of `rfc9112/h1-requests.json`, each with a verdict. Those that only describe their bytes are written out here.
 */
import { readFileSync } from 'node:fs'
import { refused, type RequestCase, type Verdict } from './request-case.ts'
import { request, unescapeBytes } from './wire-text.ts'

interface Row {
  readonly id: string
  readonly raw: string
  readonly expect: string
  readonly why: string
  readonly kind: 'literal' | 'template'
}

const FILE = new URL('../rfc9112/h1-requests.json', import.meta.url)

/** Every given case but G06 to G08, which are ways to deliver all others. */
export function givenCases(): RequestCase[] {
  const rows = JSON.parse(readFileSync(FILE, 'utf8')) as Row[]
  const written = new Map(WRITTEN.map((row) => [row.id, row]))
  return rows
    .filter((row) => !DELIVERIES.has(row.id))
    .map((row) => {
      const own = written.get(row.id)
      if (own !== undefined) return { ...own, why: row.why }
      if (row.kind !== 'literal') throw new Error(`${row.id} is not written out`)
      return { id: row.id, why: row.why, bytes: unescapeBytes(row.raw), verdict: verdictOf(row) }
    })
}

const DELIVERIES = new Set(['G06', 'G07', 'G08'])

function verdictOf(row: Row): Verdict {
  const ours = OURS[row.id]
  if (ours !== undefined) return ours
  const statuses = /^R (\d{3}(?:\/\d{3})*)/.exec(row.expect)?.[1]
  if (statuses === undefined) throw new Error(`${row.id} has no verdict`)
  return { kind: 'refused', with: statuses.split('/').map(Number) }
}

const forwards = (as: string, also = {}): Verdict => ({ kind: 'forwarded', as: [as], answers: 1, also })

/** Where a case is not simply refused, or leaves the choice. */
const OURS: Readonly<Record<string, Verdict>> = {
  A15: forwards('POST /A15 abcdefghij', { 'content-length': '10' }),
  A27: { kind: 'forwarded', as: ['GET /A27 abcd', 'GET /A27b '], answers: 2 },
  // The body never comes: its client leaves without an answer, and what the origin saw of it was broken off.
  A30: { kind: 'broken' },
  B01: forwards('POST /B01 abcd'),
  C25: forwards('POST /C25 abcd', { 'x-t': null, trailer: null }),
  D13: { kind: 'refused', with: [405] },
  D22: { kind: 'answered', with: [204] },
  D23: forwards('GET /D23?x=1 ', { host: 't.test' }),
  D30: forwards('GET //evil.test/D30 ', { host: 't.test' }),
  D34: forwards('GET /D34 '),
  D36: { kind: 'refused', with: [400] },
  E11: forwards('GET /E11 ', { host: 't.test:1337' }),
  F19: forwards('POST /F19 abcd', { expect: null }),
  F22: forwards('POST /F22 abcd', { expect: null }),
  F23: forwards('GET /F23 ', { upgrade: null, 'http2-settings': null, connection: 'keep-alive' }),
  // Pipelined behind an offer to switch: nothing is forwarded on that connection before a 101; both are read as requests.
  F24: { kind: 'forwarded', as: ['GET /F24 ', 'GET /admin '], answers: 2 },
  // The address listened on is the default site.
  E15: forwards('GET /E15 '),
  // The first is answered.
  G02: { kind: 'refused', with: [400] },
}

const ITS_BODY = 'GET /smuggled HTTP/1.1\r\nHost: t.test\r\n\r\n'
const NUMBERED = Array.from({ length: 110 }, (_, n) => `X-${n}: v`)

/** Names of one length, so that whoever hashes by length or compares pair by pair has the most to do. */
const ALIKE = Array.from({ length: 1000 }, (_, n) => `X-${String(n).padStart(4, '0')}: v`)

const WRITTEN: readonly RequestCase[] = [
  {
    id: 'A29',
    why: '',
    bytes: request('POST /A29 HTTP/1.1', ['Host: t.test', 'Content-Length: 400'], 'abc'),
    ends: true,
    verdict: { kind: 'broken' },
  },
  {
    id: 'A30',
    why: '',
    bytes: request('HEAD /A30 HTTP/1.1', ['Host: t.test', 'Content-Length: 33']),
    ends: true,
    verdict: { kind: 'broken' },
  },
  refused(
    'C19',
    '',
    request(
      'POST /C19 HTTP/1.1',
      ['Host: t.test', 'Transfer-Encoding: chunked'],
      `4;${'x'.repeat(65_536)}\r\nabcd\r\n0\r\n\r\n`,
    ),
    400,
    413,
  ),
  {
    id: 'C29',
    why: '',
    bytes: request('POST /C29 HTTP/1.1', ['Host: t.test', 'Transfer-Encoding: chunked'], '4\r\nabcd\r\n'),
    ends: true,
    verdict: { kind: 'broken' },
  },
  {
    id: 'C31',
    why: '',
    bytes: request(
      'POST /C31 HTTP/1.1',
      ['Host: t.test', 'Transfer-Encoding: chunked'],
      `${'1\r\nA\r\n'.repeat(100_000)}0\r\n\r\n`,
    ),
    verdict: forwards(`POST /C31 ${'A'.repeat(100_000)}`),
  },
  refused('F10', '', request('GET /F10 HTTP/1.1', ['Host: t.test', ...NUMBERED]), 431),
  refused('F11', '', request('GET /F11 HTTP/1.1', ['Host: t.test', `X-A: ${'a'.repeat(65_536)}`]), 431),
  refused('F15', '', request('GET /F15 HTTP/1.1', ['Host: t.test', ...ALIKE]), 431),
  {
    id: 'F26',
    why: '',
    bytes: request(
      'DELETE /F26 HTTP/1.1',
      ['Host: t.test', 'Max-Forwards: 0', `Content-Length: ${ITS_BODY.length}`],
      ITS_BODY,
    ),
    verdict: forwards(`DELETE /F26 ${ITS_BODY}`, { 'max-forwards': null }),
  },
]
