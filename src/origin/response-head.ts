/**
 * Reads the head of an origin's response: status line and field lines (RFC 9112 §4, §5). A pure function.
 *
 *   status-line = HTTP-version SP 3DIGIT [ SP reason-phrase ] CRLF
 *   field-line  = token ":" OWS field-value OWS CRLF
 *
 * An origin is trusted no more than a client: what is not strictly this is refused, never repaired. That covers
 * obs-fold, which RFC 9112 §5.2 allows a gateway to answer with 502, and a blank before the colon (§5.1), which a
 * gateway must not forward. One leniency: the blank after a status without a reason phrase may be missing.
 */
import { Fields } from '../http/fields.ts'
import { asciiLower, isToken, trimOws } from '../http/tokens.ts'

export interface ResponseHead {
  readonly ok: true
  readonly status: number
  readonly reason: string
  readonly minorVersion: 0 | 1
  /** Every field line as received, names lower case. */
  readonly fields: Fields
}

/** Why a head or a framing is not acceptable. */
export interface Fault {
  readonly ok: false
  readonly why: string
}

/** `text`: the head from its first byte to the CRLF of its last line, as latin1, without the empty line. */
export function readResponseHead(text: string, maxFields: number): ResponseHead | Fault {
  if (FORBIDDEN.test(text)) return fault('a control character, or a CR or LF alone, in the head')
  const line = STATUS_LINE.exec(text)
  if (line === null) return fault('not a status line of HTTP/1.1 or 1.0')
  const fields = readFieldLines(text, line[0].length, maxFields)
  if (!(fields instanceof Fields)) return fields
  return {
    ok: true,
    status: Number(line[2]),
    reason: line[3] ?? '',
    minorVersion: line[1] === '1' ? 1 : 0,
    fields,
  }
}

/** Field lines in `text` from `start` on, each ended by CRLF. Used for trailers too. */
export function readFieldLines(text: string, start: number, maxFields: number): Fields | Fault {
  const fields = new Fields()
  let at = start
  while (at < text.length) {
    if (fields.size === maxFields) return fault(`more than ${maxFields} field lines`)
    const end = text.indexOf('\r\n', at)
    const colon = text.indexOf(':', at)
    if (colon === -1 || colon > end) return fault('a field line without a colon')
    const name = text.slice(at, colon)
    if (!isToken(name)) return fault('a field name that is no token')
    fields.append(asciiLower(name), trimOws(text.slice(colon + 1, end)))
    at = end + 2
  }
  return fields
}

export function fault(why: string): Fault {
  return { ok: false, why }
}

/** What no head may contain: controls but for HTAB, and CR or LF other than as CRLF. */
export const FORBIDDEN = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: ([^\r]*))?\r\n/
