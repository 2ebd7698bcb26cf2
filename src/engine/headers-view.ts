/**
 * What a policy sees of header fields: a view that copies before the first change and refuses what would break the wire.
 *
 * Framing and the connection are the server's and the origin room's business: a policy can't touch those fields.
 */
import { Fields, type ReadonlyFields } from '../http/fields.ts'
import { asciiLower, isToken } from '../http/tokens.ts'
import type { Headers } from '../policy/views.ts'

/** Fields that frame a message or manage a connection. */
const OFF_LIMITS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The name in lower case. Throws `TypeError` for a name or value that a policy may not write. */
export function checkedName(name: string, value: string): string {
  const lower = name.toLowerCase()
  if (!isToken(lower)) throw new TypeError(`header name ${JSON.stringify(name)} is no token (RFC 9110 §5.1)`)
  if (OFF_LIMITS.has(lower)) {
    throw new TypeError(
      `header ${lower} is Lacquer's own business; a policy can't change it${hintFor(lower)}`,
    )
  }
  if (typeof value !== 'string' || !isFieldValue(value)) {
    throw new TypeError(
      `header ${lower}: value ${JSON.stringify(value)} has control characters, or characters beyond latin1`,
    )
  }
  return lower
}

const hintFor = (name: string): string => (name === 'host' ? ' (set request.host)' : '')

/** field-value of RFC 9110 §5.5, as latin1. */
function isFieldValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return false
  }
  return true
}

const NO_FIELDS: ReadonlyFields = new Fields()

/** Fields that are copied before they are first changed, unless they are the holder's own already. */
export class CopyOnWrite {
  #fields: ReadonlyFields
  #own: Fields | null

  constructor(fields: ReadonlyFields) {
    this.#fields = fields
    this.#own = null
  }

  /** Fields that nobody else holds on to. */
  static owning(fields: Fields): CopyOnWrite {
    const copy = new CopyOnWrite(fields)
    copy.#own = fields
    return copy
  }

  get fields(): ReadonlyFields {
    return this.#own ?? this.#fields
  }

  /** What it began with will be somebody else's: from now on there is nothing of it to be seen. */
  forget(): void {
    this.#fields = NO_FIELDS
  }

  own(): Fields {
    return (this.#own ??= Fields.from(this.#fields))
  }
}

/** Says whether a view may be written to at this moment, and throws where it may not. */
export interface WriteGuard {
  assertWritable(): void
}

export class HeadersView implements Headers {
  readonly #copy: CopyOnWrite
  readonly #guard: WriteGuard

  constructor(copy: CopyOnWrite, guard: WriteGuard) {
    this.#copy = copy
    this.#guard = guard
  }

  has(name: string): boolean {
    return this.#copy.fields.has(asciiLower(name))
  }

  get(name: string): string | undefined {
    return this.#copy.fields.get(asciiLower(name))
  }

  all(name: string): readonly string[] {
    return this.#copy.fields.all(name.toLowerCase())
  }

  names(): readonly string[] {
    const { fields } = this.#copy
    return Array.from({ length: fields.size }, (_, i) => fields.nameAt(i))
  }

  set(name: string, value: string): void {
    this.#guard.assertWritable()
    this.#copy.own().set(checkedName(name, value), value.trim())
  }

  append(name: string, value: string): void {
    this.#guard.assertWritable()
    this.#copy.own().append(checkedName(name, value), value.trim())
  }

  delete(name: string): void {
    this.#guard.assertWritable()
    this.#copy.own().delete(checkedName(name, ''))
  }
}
