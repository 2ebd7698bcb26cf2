/** The table of wire cases: requests as bytes, and what must become of them. */
import { readFileSync } from 'node:fs'

export interface WireCase {
  readonly id: string
  readonly bytes: string
  /** Statuses with which it must be refused; empty where it is accepted. */
  readonly refusedWith: readonly number[]
  readonly why: string
}

interface Row {
  readonly id: string
  readonly raw: string
  readonly expect: string
  readonly why: string
  readonly kind: 'literal' | 'template'
}

/** Cases that are bytes as they stand; the others are written out where they are tested. */
export function literalCases(): WireCase[] {
  const rows = JSON.parse(readFileSync(new URL('h1-requests.json', import.meta.url), 'utf8')) as Row[]
  return rows
    .filter((row) => row.kind === 'literal')
    .map((row) => ({ id: row.id, bytes: unescape(row.raw), refusedWith: refusals(row), why: row.why }))
}

function refusals(row: Row): number[] {
  const verdict = OURS[row.id] ?? row.expect
  const match = /^R (\d{3}(?:\/\d{3})*)/.exec(verdict)
  return match?.[1]?.split('/').map(Number) ?? []
}

/** Where a case leaves the choice, ours. */
const OURS: Readonly<Record<string, string>> = {
  // The body is passed on as it comes; the connection does not outlive a response that came before its end.
  A30: 'F',
  // One answer and a close, as for every method that makes a tunnel.
  D13: 'R 405',
  // What is no HTTP at all gets the answer that a person with the wrong scheme can read.
  D36: 'R 400',
  // There is no default site unless an option names one.
  E15: 'R 400',
  // The second request is read by the same rules as any.
  G02: 'R 400',
}

function unescape(raw: string): string {
  return raw.replace(/\\(x([0-9a-fA-F]{2})|.)/g, (_, escape: string, hex: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' }[escape] ?? escape
  })
}
