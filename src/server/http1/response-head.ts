/**
 * Heads of responses in the one form in which they leave (RFC 9112 §4, §6): end-to-end fields as given, then Date where
 * it is missing, and framing; Connection is the exchange's. A name or value that is none is never written: it throws first.
 */
import { assert } from '../../base/assert.ts'
import type { ReadonlyFields } from '../../http/fields.ts'
import { encodeHead } from '../../http/head.ts'
import { HOP_BY_HOP } from '../../http/hop-by-hop.ts'
import { isToken } from '../../http/tokens.ts'
import { isFieldValue } from './bytes.ts'

/** How the end of a response body is told. `none`: the response has no body, whatever its Content-Length says. */
export type ResponseFraming = 'none' | 'length' | 'chunked' | 'close'

/** Complete but for the empty line. Throws `InvariantError` where a field can't be written. */
export function finalHead(status: number, fields: ReadonlyFields, date: string, framing: string): string {
  assert(status >= 200 && status <= 999 && Number.isInteger(status), `no final status: ${status}`)
  checkFields(fields)
  const dateLine = fields.has('date') ? '' : `Date: ${date}\r\n`
  return `${encodeHead(status, fields, OURS)}${dateLine}${framing}`
}

/** A whole 1xx response. */
export function interimResponse(status: number, fields: ReadonlyFields, connection = ''): string {
  assert(status >= 100 && status <= 199 && Number.isInteger(status), `no interim status: ${status}`)
  checkFields(fields)
  return `${encodeHead(status, fields, OURS)}${connection}\r\n`
}

function checkFields(fields: ReadonlyFields): void {
  for (let i = 0; i < fields.size; i++) {
    const name = fields.nameAt(i)
    assert(isToken(name), `no field name: ${JSON.stringify(name)}`)
    assert(isFieldValue(fields.valueAt(i)), `no field value: ${name}`)
  }
}

/** Fields that a response gets from the server alone. */
const OURS: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'content-length'])
