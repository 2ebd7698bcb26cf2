/**
 * One request as a line of JSON, in bytes; every byte printable ASCII (`log-format.ts` says why).
 *
 * Hot where the access log is on: it makes no string, which would be put together, made flat and copied twice.
 */
import type { RequestRecord } from '../observe/events.ts'
import { withoutSecrets } from '../http/secret-parameters.ts'
import { RepeatedValues } from './repeated-values.ts'
import { cut, withoutCredentials } from './log-format.ts'

const FIRST_BYTES = 4096
/** Of a number that is written digit by digit. */
const MOST_DIGITS = 10

export class JsonLine {
  /** The line is in its first `length` bytes, until the next one. */
  bytes = new Uint8Array(FIRST_BYTES)
  length = 0

  readonly #repeated = new RepeatedValues((value) => bytesOf(json(value)))
  #second = NaN
  /** The line up to the second of its time. */
  #untilSecond = new Uint8Array(0)

  /** Times in seconds, as in the metrics. */
  write(record: RequestRecord): void {
    this.length = 0
    this.#time(record.atWall)
    this.#text(CLIENT, record.clientAddress)
    this.#text(METHOD, cut(record.method))
    this.#text(HOST, cut(record.authority))
    this.#text(TARGET, cut(withoutSecrets(record.target)))
    this.#number(record.minorVersion === 1 ? HTTP_1_1 : HTTP_1_0, record.status)
    this.#text(OUTCOME, record.outcome)
    this.#text(REASON, record.reason)
    this.#text(ROUTE, record.route)
    this.#number(RECEIVED, record.bytesIn)
    this.#number(SENT, record.bytesOut)
    this.#seconds(DURATION, record.durationMs)
    this.#text(REFERER, cut(withoutCredentials(record.referer)))
    this.#text(USER_AGENT, cut(record.userAgent))
    this.#text(END, record.end)
    this.#copy(CLOSE)
  }

  /** As `Date.toISOString`, whose text up to the second is made once for all requests in it. */
  #time(atWall: number): void {
    const second = Math.floor(atWall / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#untilSecond = bytesOf(`{"time":"${new Date(second * 1000).toISOString().slice(0, -4)}`)
    }
    this.#copy(this.#untilSecond)
    this.#threeDigits(Math.floor(atWall - second * 1000))
    this.#byte(UPPER_Z)
  }

  #seconds(name: Uint8Array, ms: number): void {
    if (!isShort(ms)) {
      this.#number(name, ms / 1000)
      return
    }
    const whole = Math.floor(ms / 1000)
    this.#number(name, whole)
    this.#byte(DOT)
    this.#threeDigits(ms - whole * 1000)
  }

  #threeDigits(value: number): void {
    this.#byte(ZERO + Math.floor(value / 100))
    this.#byte(ZERO + (Math.floor(value / 10) % 10))
    this.#byte(ZERO + (value % 10))
  }

  #number(name: Uint8Array, value: number): void {
    this.#copy(name)
    if (!isShort(value)) {
      this.#copy(bytesOf(String(value)))
      return
    }
    this.#makeRoom(MOST_DIGITS)
    let digits = 1
    for (let power = 10; power <= value; power *= 10) digits++
    this.length += digits
    let left = value
    for (let at = this.length - 1; digits > 0; at--, digits--) {
      const tenth = Math.floor(left / 10)
      this.bytes[at] = ZERO + left - tenth * 10
      left = tenth
    }
  }

  /** A string of JSON. Nearly all need no escape. */
  #text(name: Uint8Array, text: string): void {
    this.#copy(name)
    const { length } = text
    if (length >= WORTH_REMEMBERING) {
      const bytes = this.#repeated.find(text)
      if (bytes !== null) {
        this.#copy(bytes)
        return
      }
    }
    this.#makeRoom(length + 2)
    const { bytes } = this
    let at = this.length
    bytes[at++] = QUOTE
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) {
        this.#copy(bytesOf(json(text)))
        return
      }
      bytes[at++] = code
    }
    bytes[at++] = QUOTE
    this.length = at
  }

  #byte(byte: number): void {
    this.#makeRoom(1)
    this.bytes[this.length++] = byte
  }

  #copy(piece: Uint8Array): void {
    const { length } = piece
    this.#makeRoom(length)
    const { bytes } = this
    const at = this.length
    // A few bytes are copied faster one by one than by a call.
    if (length <= FEW_BYTES) for (let i = 0; i < length; i++) bytes[at + i] = piece[i]!
    else bytes.set(piece, at)
    this.length = at + length
  }

  #makeRoom(bytes: number): void {
    const needed = this.length + bytes
    if (needed <= this.bytes.length) return
    const longer = new Uint8Array(2 * needed)
    longer.set(this.bytes)
    this.bytes = longer
  }
}

/** Characters from which on a value is copied faster than it is looked at. */
const WORTH_REMEMBERING = 24

const FEW_BYTES = 24

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const TILDE = 0x7e
const DOT = 0x2e
const ZERO = 0x30
const UPPER_Z = 0x5a

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'latin1'))
const CLIENT = bytesOf('","client":')
const METHOD = bytesOf(',"method":')
const HOST = bytesOf(',"host":')
const TARGET = bytesOf(',"target":')
const HTTP_1_0 = bytesOf(',"protocol":"HTTP/1.0","status":')
const HTTP_1_1 = bytesOf(',"protocol":"HTTP/1.1","status":')
const OUTCOME = bytesOf(',"outcome":')
const REASON = bytesOf(',"reason":')
const ROUTE = bytesOf(',"route":')
const RECEIVED = bytesOf(',"received":')
const SENT = bytesOf(',"sent":')
const DURATION = bytesOf(',"duration":')
const REFERER = bytesOf(',"referer":')
const USER_AGENT = bytesOf(',"userAgent":')
const END = bytesOf(',"end":')
const CLOSE = bytesOf('}')

const isShort = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 2 ** 31

/** A string of JSON, in ASCII: what JSON leaves as it is, a terminal may act on, or another reader take for a line break. */
function json(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
