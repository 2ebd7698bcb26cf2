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

/**
 * `text`: the head from its first byte to the CRLF of its last line, as latin1, without the empty line. `names`: of the heads before it
 * from the same origin.
 */
export function readResponseHead(
  text: string,
  maxFields: number,
  names: FieldNames | null = null,
): ResponseHead | Fault {
  if (FORBIDDEN.test(text)) return fault('a control character, or a CR or LF alone, in the head')
  const line = STATUS_LINE.exec(text)
  if (line === null) return fault('not a status line of HTTP/1.1 or 1.0')
  const fields = readFieldLines(text, line[0].length, maxFields, names)
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
export function readFieldLines(
  text: string,
  start: number,
  maxFields: number,
  names: FieldNames | null = null,
): Fields | Fault {
  const lines: string[] = []
  let at = start
  for (let number = 0; at < text.length; number++) {
    if (number === maxFields) return fault(`more than ${maxFields} field lines`)
    const end = text.indexOf('\r\n', at)
    let name = names?.expected(number, text, at) ?? ''
    let colon = at + name.length
    if (name === '') {
      colon = text.indexOf(':', at)
      if (colon === -1 || colon > end) return fault('a field line without a colon')
      const spelled = text.slice(at, colon)
      if (!isToken(spelled)) return fault('a field name that is no token')
      name = asciiLower(spelled)
      names?.learn(number, spelled, name)
    }
    lines.push(name, trimOws(text.slice(colon + 1, end)))
    at = end + 2
  }
  return new Fields(lines)
}

/**
 * The names of the head before: an origin sends the same ones in the same order, and what stands in the same place spelled the same way
 * need not be read again. Hot.
 */
export class FieldNames {
  /** With their colons. */
  readonly #spelled: string[] = []
  readonly #lower: string[] = []
  /** How often it was another one since. */
  readonly #misses: number[] = []

  /** The name, in lower case, that line `number`, which begins at `at`, has again; undefined where it is another one. */
  expected(number: number, text: string, at: number): string | undefined {
    const spelled = this.#spelled[number]
    return spelled !== undefined && text.startsWith(spelled, at) ? this.#lower[number] : undefined
  }

  learn(number: number, spelled: string, lower: string): void {
    if (number > this.#spelled.length || number >= REMEMBERED_NAMES) return
    const misses = (this.#misses[number] ?? MISSES) + 1
    this.#misses[number] = misses > MISSES ? 0 : misses
    if (misses <= MISSES) return
    // Strings of their own: a slice would keep the head alive that it was cut from.
    const own = Buffer.from(`${spelled}:`, 'latin1').toString('latin1')
    this.#spelled[number] = own
    this.#lower[number] = Buffer.from(lower, 'latin1').toString('latin1')
  }
}

const REMEMBERED_NAMES = 32
/** So many misses before a name is replaced, since responses of two kinds may take turns. */
const MISSES = 16

export function fault(why: string): Fault {
  return { ok: false, why }
}

/** What no head may contain: controls but for HTAB, and CR or LF other than as CRLF. */
export const FORBIDDEN = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: ([^\r]*))?\r\n/
