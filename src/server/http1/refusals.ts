/**
 * Why a request is refused before a handler sees it, and the status that says so.
 * Each reason is what the client reads in the body, and what the log and the counters are told.
 */
export const REFUSALS = {
  // The request line (RFC 9112 §3).
  'bad-method': 400,
  'method-too-long': 501,
  'bad-target': 400,
  'target-too-long': 414,
  'missing-version': 400,
  'bad-version': 400,
  'unsupported-version': 505,
  'method-not-allowed': 405,
  'not-our-host': 421,
  'not-our-scheme': 421,
  // Field lines (RFC 9112 §5).
  'bare-lf': 400,
  'bare-cr': 400,
  'obs-fold': 400,
  'blank-before-colon': 400,
  'empty-field-name': 400,
  'bad-field-name': 400,
  'missing-colon': 400,
  'control-character': 400,
  'head-too-large': 431,
  'too-many-fields': 431,
  // Host (RFC 9112 §3.2).
  'missing-host': 400,
  'several-hosts': 400,
  'bad-host': 400,
  // Framing (RFC 9112 §6).
  'bad-content-length': 400,
  'several-content-lengths': 400,
  'content-length-and-transfer-encoding': 400,
  'bad-transfer-encoding': 400,
  'unsupported-transfer-encoding': 501,
  'transfer-encoding-on-http-1.0': 400,
  'underscored-framing-field': 400,
  'bad-connection-option': 400,
  'connection-names-end-to-end-field': 400,
  'unsupported-expectation': 417,
  'body-too-large': 413,
  // The body (RFC 9112 §7).
  'bad-chunk-size': 400,
  'bad-chunk-extension': 400,
  'chunk-extension-too-long': 400,
  'bad-chunk-end': 400,
  'bad-trailer': 400,
  'trailer-too-large': 431,
  // Time limits.
  'head-timeout': 408,
  'body-timeout': 408,
} as const

export type RefusalReason = keyof typeof REFUSALS
export type RefusalStatus = (typeof REFUSALS)[RefusalReason]

/** What a server may be asked for, as 405 lists it (RFC 9110 §10.2.1). */
export const ALLOW = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** The whole refusal as bytes. It is the last thing that its connection carries. */
export function encodeRefusal(
  reason: RefusalReason,
  phrase: string,
  date: string,
  withBody: boolean,
): Buffer {
  const status = REFUSALS[reason]
  const body = `${reason}\n`
  const allow = status === 405 ? `Allow: ${ALLOW}\r\n` : ''
  return Buffer.from(
    `HTTP/1.1 ${status} ${phrase}\r\nDate: ${date}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n` +
      `Cache-Control: no-store\r\n${allow}Connection: close\r\n\r\n${withBody ? body : ''}`,
    'latin1',
  )
}
