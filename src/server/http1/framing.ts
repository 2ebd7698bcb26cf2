/**
 * What the fields of a complete head say about the message and the connection (RFC 9112 §6.3, §9.3, §9.6; RFC 9110
 * §7.6.1, §8.6, §10.1.1). One reading or a refusal: where two readers could differ, there is no body length to trust.
 */
import { readDigits } from '../../http/digits.ts'
import { asciiLower, isToken, trimOws } from '../../http/tokens.ts'
import type { RefusalReason } from '../../observe/refusals.ts'
import type { RequestHead } from './request-head.ts'

export class Framing {
  /** Content-Length, null where the body is chunked; 0 where there is none. */
  bodyBytes: number | null = 0
  /** The client would use the connection again. */
  keepAlive = false
  /** The client waits for 100 before it sends the body. */
  expectsContinue = false

  /** Reads a head. Null, or why it is refused. */
  read(head: RequestHead, maxBodyBytes: number): RefusalReason | null {
    const { known, minorVersion } = head
    this.bodyBytes = 0
    this.expectsContinue = false
    this.keepAlive = minorVersion === 1
    if (known.connection > 0) {
      const why = this.#readConnection(head)
      if (why !== null) return why
    }
    if (known.transferEncoding > 0) {
      if (minorVersion === 0) return 'transfer-encoding-on-http-1.0'
      if (known.contentLength > 0) return 'content-length-and-transfer-encoding'
      if (known.transferEncoding > 1) return 'bad-transfer-encoding'
      this.bodyBytes = null
      // Blanks behind a value are no part of it, but readers are known that take `chunked` and a tab for another coding.
      if (head.fields.hasBlankBehind(known.transferEncodingLine)) return 'bad-transfer-encoding'
      const why = whyNotChunked(head.fields.valueAt(known.transferEncodingLine))
      if (why !== null) return why
    } else if (known.contentLength > 0) {
      if (known.contentLength > 1) return 'several-content-lengths'
      // 1*DIGIT (RFC 9110 §8.6), so that neither a sign nor a list passes; Infinity where no number holds it exactly.
      const length = readDigits(head.fields.valueAt(known.contentLengthLine))
      if (length === null) return 'bad-content-length'
      if (length > maxBodyBytes) return 'body-too-large'
      this.bodyBytes = length
    }
    return known.expect > 0 ? this.#readExpect(head) : null
  }

  /** Connection: close and keep-alive; an option that names an end-to-end field would have a proxy drop it. */
  #readConnection(head: RequestHead): RefusalReason | null {
    const value = head.fields.get('connection') ?? ''
    // What nearly every client says, without taking it apart.
    if (value === 'keep-alive') {
      this.keepAlive = true
      return null
    }
    let close = false
    let keepAlive = false
    for (const member of value.split(',')) {
      const option = trimOws(member)
      if (option === '') continue
      if (!isToken(option)) return 'bad-connection-option'
      const lower = asciiLower(option)
      if (END_TO_END.has(lower)) return 'connection-names-end-to-end-field'
      if (lower === 'close') close = true
      if (lower === 'keep-alive') keepAlive = true
    }
    this.keepAlive = !close && (keepAlive || head.minorVersion === 1)
    return null
  }

  /** RFC 9110 §10.1.1: the only expectation there is; ignored on HTTP/1.0. */
  #readExpect(head: RequestHead): RefusalReason | null {
    for (const value of head.fields.all('expect')) {
      if (asciiLower(value) !== '100-continue') return 'unsupported-expectation'
    }
    this.expectsContinue = head.minorVersion === 1 && this.bodyBytes !== 0
    return null
  }
}

/** Fields that frame, route or authenticate: one that is nominated hop-by-hop (RFC 9110 §7.6.1) is an attempt at something. */
const END_TO_END = new Set([
  ...['content-length', 'transfer-encoding', 'host', 'forwarded', 'x-forwarded-for', 'x-forwarded-host'],
  ...['x-forwarded-proto', 'via', 'max-forwards', 'authorization', 'cookie', 'cache-control'],
])

/** Only `chunked`, once, alone (RFC 9112 §6.1, §7). What is no list of codings is bad, what is another coding unknown. */
function whyNotChunked(value: string): RefusalReason | null {
  if (asciiLower(value) === 'chunked') return null
  const codings = value.split(',').map((member) => trimOws(member))
  if (!codings.every(isToken)) return 'bad-transfer-encoding'
  const others = codings.filter((coding) => asciiLower(coding) !== 'chunked')
  return others.length > 0 ? 'unsupported-transfer-encoding' : 'bad-transfer-encoding'
}
