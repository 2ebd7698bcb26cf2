/**
 * The encoded head: what the store keeps and a hit writes. Status line and field lines, each ended by CRLF, without the
 * empty line, so that Age and the like can be put among them or behind (RFC 9112 §2.1, §4, §5).
 *
 *   HTTP/1.1 200 OK\r\n
 *   Content-Type: text/plain\r\n
 *
 * Neither function validates: fields come from the parser or have been checked where a policy made them. A head that
 * `encodeHead` did not write decodes to what can be read of it; nothing throws.
 */
import { Fields, type ReadonlyFields } from './fields.ts'
import { canonicalName } from './field-names.ts'
import { readDigits } from './digits.ts'
import { reasonPhrase } from './status.ts'
import { asciiLower, trimOws } from './tokens.ts'

/** `skip`: lower-case names of fields to leave out. */
export function encodeHead(status: number, fields: ReadonlyFields, skip?: ReadonlySet<string>): string {
  return statusLine(status) + encodeLines(fields, skip)
}

/** With its CRLF. */
export function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`
}

/** `name` in lower case. */
export function encodeLine(name: string, value: string): string {
  return `${canonicalName(name)}: ${value}\r\n`
}

/** The field lines of a head alone. */
export function encodeLines(fields: ReadonlyFields, skip?: ReadonlySet<string>): string {
  let lines = ''
  for (let i = 0; i < fields.size; i++) {
    const name = fields.nameAt(i)
    if (skip?.has(name) !== true) lines += encodeLine(name, fields.valueAt(i))
  }
  return lines
}

/** The reverse of `encodeLines`. */
export function decodeLines(lines: string): Fields {
  return decodeHead(`\r\n${lines}`).fields
}

/** The reverse of `encodeHead`. */
export function decodeHead(head: string): { status: number; fields: Fields } {
  const lines = head.split('\r\n')
  const status = readDigits((lines[0] ?? '').slice(9, 12)) ?? 0
  const fields = new Fields()
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const colon = line.indexOf(':')
    if (colon > 0) fields.append(asciiLower(line.slice(0, colon)), trimOws(line.slice(colon + 1)))
  }
  return { status, fields }
}
