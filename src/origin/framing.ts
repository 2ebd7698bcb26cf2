/**
 * How the body of an origin's response is delimited (RFC 9112 §6.3), and whether the connection can serve again (§9.3).
 *
 * Stricter than the RFC where leniency would let two readers see two messages: a second Content-Length is refused even
 * when it repeats the first, `chunked` is the only transfer coding, and a Transfer-Encoding in an HTTP/1.0 response is
 * the faulty framing that §6.1 calls it. Reading that body to the end of the connection would hand chunk sizes to the
 * client as content, so it is refused too.
 */
import { fault, type Fault, type ResponseHead } from './response-head.ts'

export interface Framing {
  readonly ok: true
  readonly kind: 'none' | 'length' | 'chunked' | 'close' | 'upgraded'
  /** By Content-Length; 0 for `none`; null where only the end of the body tells. */
  readonly bodyBytes: number | null
  /** The origin means to keep the connection open behind this response. */
  readonly persistent: boolean
}

/** The framing of a final response to `method`, or of a 101 where `upgrade` (a protocol) was asked for. */
export function framingOf(head: ResponseHead, method: string, upgrade: string | null): Framing | Fault {
  const { status, fields } = head
  const coding = fields.get('transfer-encoding')
  const lengths = fields.all('content-length')
  if (coding !== undefined) {
    if (lengths.length > 0) return fault('both Content-Length and Transfer-Encoding')
    if (head.minorVersion === 0) return fault('Transfer-Encoding in an HTTP/1.0 response')
    if (!CHUNKED.test(coding)) return fault('a Transfer-Encoding other than chunked')
  }
  if (lengths.length > 1) return fault('more than one Content-Length')
  const length = lengths.length === 0 ? null : readLength(lengths[0] ?? '')
  if (length === -1) return fault('a Content-Length that is no length')

  if (status === 101) return upgradeFraming(head, upgrade, coding !== undefined || length !== null)
  const persistent = isPersistent(head)
  if (status === 204) {
    if (coding !== undefined || (length ?? 0) > 0) return fault('a 204 that announces a body')
    return { ok: true, kind: 'none', bodyBytes: 0, persistent }
  }
  if (method === 'HEAD' || status === 304) return { ok: true, kind: 'none', bodyBytes: 0, persistent }
  if (coding !== undefined) return { ok: true, kind: 'chunked', bodyBytes: null, persistent }
  if (length === null) return { ok: true, kind: 'close', bodyBytes: null, persistent: false }
  return { ok: true, kind: length === 0 ? 'none' : 'length', bodyBytes: length, persistent }
}

/** Why a 1xx response other than 101 is not acceptable, or null. */
export function interimFault(head: ResponseHead): Fault | null {
  if (head.fields.has('content-length') || head.fields.has('transfer-encoding')) {
    return fault('a 1xx response with framing')
  }
  return null
}

/** How long the origin says it keeps an idle connection (`Keep-Alive: timeout=5`), or null. */
export function keepAliveHintMs(head: ResponseHead): number | null {
  const value = head.fields.get('keep-alive')
  if (value === undefined) return null
  const seconds = KEEP_ALIVE_TIMEOUT.exec(value)?.[1]
  return seconds === undefined ? null : Number(seconds) * 1000
}

const CHUNKED = /^chunked$/i
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i
const KEEP_ALIVE = /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/i
const UPGRADE = /(?:^|,)[\t ]*upgrade[\t ]*(?:,|$)/i
const KEEP_ALIVE_TIMEOUT = /(?:^|[,;])[\t ]*timeout[\t ]*=[\t ]*"?([0-9]{1,6})(?![0-9])/i
/** Fifteen digits stay below 2^53. */
const LENGTH = /^[0-9]{1,15}$/

function readLength(value: string): number {
  return LENGTH.test(value) ? Number(value) : -1
}

function upgradeFraming(head: ResponseHead, asked: string | null, framed: boolean): Framing | Fault {
  if (asked === null) return fault('a 101 that nobody asked for')
  if (framed) return fault('a 101 with framing')
  if (head.minorVersion === 0) return fault('a 101 in HTTP/1.0')
  const connection = head.fields.get('connection')
  if (connection === undefined || !UPGRADE.test(connection)) return fault('a 101 without Connection: upgrade')
  const agreed = head.fields.get('upgrade')
  if (agreed?.toLowerCase() !== asked.toLowerCase()) return fault('a 101 to another protocol')
  return { ok: true, kind: 'upgraded', bodyBytes: null, persistent: false }
}

function isPersistent(head: ResponseHead): boolean {
  const connection = head.fields.get('connection')
  if (head.minorVersion === 0) {
    return connection !== undefined && KEEP_ALIVE.test(connection) && !CLOSE.test(connection)
  }
  return connection === undefined || !CLOSE.test(connection)
}
