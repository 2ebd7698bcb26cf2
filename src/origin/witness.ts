/**
 * Reads everything that an origin sends on one connection before undici sees it, and lets through only what is strictly
 * valid (RFC 9112). undici has taken truncated chunked bodies for complete ones, and its parser is kinder than ours.
 *
 * Heads are held back until they are whole and accepted. undici then gets a head of our own making, which says nothing
 * but the framing as understood here: the two can't read one response in two ways. Interim responses never reach it, nor
 * do trailers, nor bytes behind the end of a response. Bodies are counted, not looked at. After a violation nothing is
 * let through any more.
 */
import type { OriginFailure } from '../observe/origin-failure.ts'
import { ChunkScanner } from './chunk-scanner.ts'
import { canonicalHead } from './canonical-head.ts'
import { framingOf, interimFault, type Framing } from './framing.ts'
import { HeadBuffer } from './head-buffer.ts'
import {
  FieldNames,
  FORBIDDEN,
  readFieldLines,
  readResponseHead,
  type ResponseHead,
} from './response-head.ts'

export interface WitnessSink {
  /** A 1xx response other than 100 and 101. */
  informational(head: ResponseHead): void
  /** Bytes that undici may see. */
  pass(bytes: Buffer): void
  /** The connection can't be read any further. */
  violated(failure: OriginFailure, detail: string): void
}

export interface WitnessLimits {
  readonly maxHeadBytes: number
  readonly maxFields: number
}

/** More 1xx responses than this before a final one are a flood; clients in use send or expect a handful. */
export const MAX_INTERIM_RESPONSES = 16

type State = 'idle' | 'head' | 'length' | 'chunked' | 'trailers' | 'close' | 'complete' | 'upgraded' | 'over'

export class Witness {
  readonly #sink: WitnessSink
  readonly #limits: WitnessLimits
  readonly #held: HeadBuffer
  readonly #names = new FieldNames()
  #state: State = 'idle'
  #method = ''
  #upgrade: string | null = null
  #interims = 0
  #sawBytes = false
  #excess = false
  #head: ResponseHead | null = null
  #framing: Framing | null = null
  #remaining = 0
  #lengthBytes = 0
  #chunks: ChunkScanner | null = null

  constructor(sink: WitnessSink, limits: WitnessLimits) {
    this.#sink = sink
    this.#limits = limits
    this.#held = new HeadBuffer(limits.maxHeadBytes)
  }

  /** The head of the final response; null until it is complete. */
  get head(): ResponseHead | null {
    return this.#head
  }

  get framing(): Framing | null {
    return this.#framing
  }

  /** Whether anything came back since `expect`. */
  get sawBytes(): boolean {
    return this.#sawBytes
  }

  /** The response is complete by its own framing. */
  get complete(): boolean {
    return this.#state === 'complete'
  }

  /** Bytes of content seen so far, without framing. */
  get payloadBytes(): number {
    return this.#chunks === null ? this.#lengthBytes : this.#chunks.payloadBytes
  }

  /** Whether another request may be sent: a complete response, nothing behind it, and the origin stays. */
  get reusable(): boolean {
    return this.complete && !this.#excess && this.#framing?.persistent === true
  }

  /** A request is being written: what comes from now on answers it. */
  expect(method: string, upgrade: string | null): void {
    this.#state = 'head'
    this.#method = method
    this.#upgrade = upgrade
    this.#interims = 0
    this.#sawBytes = false
    this.#head = null
    this.#framing = null
    this.#lengthBytes = 0
    this.#chunks = null
  }

  /** The response has been dealt with: until the next `expect` the origin has nothing to say. */
  rest(): void {
    this.#state = 'idle'
    this.#head = null
    this.#framing = null
  }

  /** The connection has been given up: whatever still comes is dropped. */
  silence(): void {
    this.#state = 'over'
  }

  /** Bytes came from the origin. */
  read(bytes: Buffer): void {
    this.#sawBytes = true
    switch (this.#state) {
      case 'head':
        this.#readHead(bytes)
        break
      case 'trailers':
        this.#readTrailers(bytes)
        break
      case 'idle':
        this.#violated('malformed', 'bytes that answer no request')
        break
      case 'complete':
        this.#excess = true
        break
      case 'over':
        break
      default:
        this.#readBody(bytes, 0, 0)
    }
  }

  /** The origin closed its side, or somebody cut the connection. False: undici is not to know. */
  end(wasCut = false): boolean {
    switch (this.#state) {
      case 'head':
        this.#violated(
          'closed-before-head',
          this.#sawBytes ? 'closed within the head' : 'closed without a response',
        )
        break
      case 'length':
      case 'chunked':
      case 'trailers':
        this.#violated('truncated', `closed after ${this.payloadBytes} bytes of the body`)
        break
      case 'close':
        // §9.8: complete only where TLS says so. Plain TCP can't say it: §8 then takes the close for the end.
        if (wasCut) this.#violated('truncated', 'TLS was cut in a body that only its end delimits')
        else this.#state = 'complete'
        break
      default:
    }
    return this.#state !== 'over'
  }

  #readHead(bytes: Buffer): void {
    let rest = bytes
    while (this.#state === 'head' && rest.length > 0) {
      const head = this.#held.take(rest)
      if (head === null) return
      if (!head.ok) {
        this.#violated('malformed', head.why)
        return
      }
      const end = head.end
      const text = head.bytes.toString('latin1', 0, end - 2)
      const read = readResponseHead(text, this.#limits.maxFields, this.#names)
      if (!read.ok) {
        this.#violated('malformed', read.why)
        return
      }
      if (read.status >= 200 || read.status === 101) {
        this.#final(read, head.bytes, end)
        return
      }
      this.#interim(read)
      rest = head.bytes.subarray(end)
    }
  }

  #interim(head: ResponseHead): void {
    const wrong = interimFault(head)
    if (wrong !== null) {
      this.#violated('malformed', wrong.why)
      return
    }
    if (++this.#interims > MAX_INTERIM_RESPONSES) {
      this.#violated('malformed', `more than ${MAX_INTERIM_RESPONSES} interim responses`)
      return
    }
    // RFC 9110 §15.2.1: a 100 that was not asked for is discarded.
    if (head.status !== 100) this.#sink.informational(head)
  }

  /** `bytes` begin with the head, which ends at `end`. */
  #final(head: ResponseHead, bytes: Buffer, end: number): void {
    const framing = framingOf(head, this.#method, this.#upgrade)
    if (!framing.ok) {
      this.#violated('malformed', framing.why)
      return
    }
    if (bytes.length > end && framing.kind === 'none' && (head.status === 204 || head.status === 304)) {
      this.#violated('malformed', `a ${head.status} with a body`)
      return
    }
    this.#head = head
    this.#framing = framing
    this.#state = framing.kind === 'none' ? 'complete' : framing.kind
    this.#remaining = framing.bodyBytes ?? 0
    if (framing.kind === 'chunked') this.#chunks = new ChunkScanner()
    const canonical = canonicalHead(framing)
    const start = end - canonical.length
    if (start >= 0) {
      // Written over the end of the head that was received, whose text has been read: no copy of the body's beginning.
      bytes.write(canonical, start, 'latin1')
      this.#readBody(bytes, start, end)
    } else {
      const joined = Buffer.concat([Buffer.from(canonical, 'latin1'), bytes.subarray(end)])
      this.#readBody(joined, 0, canonical.length)
    }
  }

  /** Lets `bytes` through from `start` on, as far as they belong to the response, whose body goes on at `at`. */
  #readBody(bytes: Buffer, start: number, at: number): void {
    let end = bytes.length
    if (this.#state === 'length') {
      const some = Math.min(this.#remaining, bytes.length - at)
      this.#remaining -= some
      this.#lengthBytes += some
      end = at + some
      if (this.#remaining === 0) this.#state = 'complete'
    } else if (this.#chunks !== null && this.#state === 'chunked') {
      end = this.#chunks.scan(bytes, at)
      if (this.#chunks.why !== null) {
        this.#violated('truncated', this.#chunks.why)
        return
      }
      if (this.#chunks.last) {
        this.#state = 'trailers'
        // The common case, no trailers, without a second piece.
        if (bytes[end] === 0x0d && bytes[end + 1] === 0x0a) {
          end += 2
          this.#state = 'complete'
        }
      }
    } else if (this.#state === 'close') {
      this.#lengthBytes += bytes.length - at
    } else if (this.#state === 'complete') {
      end = at
    }
    if (end < bytes.length && this.#state === 'complete') this.#excess = true
    if (end > start) this.#sink.pass(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end))
    if (this.#state === 'trailers' && end < bytes.length) this.#readTrailers(bytes.subarray(end))
  }

  #readTrailers(bytes: Buffer): void {
    const section = this.#held.takeTrailers(bytes)
    if (section === null) return
    if (!section.ok) {
      this.#violated('truncated', section.why)
      return
    }
    const text = section.bytes.toString('latin1', 0, section.end - 2)
    const lines = FORBIDDEN.test(text) ? null : readFieldLines(text, 0, this.#limits.maxFields)
    if (lines === null || 'ok' in lines) {
      this.#violated('truncated', 'trailers that are not acceptable')
      return
    }
    this.#state = 'complete'
    if (section.end < section.bytes.length) this.#excess = true
    this.#sink.pass(Buffer.from('\r\n', 'latin1'))
  }

  #violated(failure: OriginFailure, detail: string): void {
    this.#state = 'over'
    this.#sink.violated(failure, detail)
  }
}
