/**
 * Why a request is refused before a policy sees it, and the status that says so. Here because both `server/`, which refuses,
 * and the table of counters, which has a label for each, stand on it. Each reason is what the client reads in the body and in
 * Cache-Status, and what the log is told.
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
  'body-too-slow': 408,
  'request-timeout': 408,
} as const

export type RefusalReason = keyof typeof REFUSALS

export const REFUSAL_REASONS = Object.keys(REFUSALS) as readonly RefusalReason[]
