/**
 * Why a fetch from an origin failed. Here because both `origin/`, which says it, and the table of counters, which has a
 * label for each, stand on it. Each is also a detail in Cache-Status.
 */
export const ORIGIN_FAILURES = [
  'unresolved', // the name has no address
  'refused', // connection refused or unreachable
  'connect-timeout',
  'tls', // handshake or certificate
  'tunnel', // the forward proxy did not open a tunnel
  'first-byte-timeout',
  'between-bytes-timeout',
  'closed-before-head', // closed or reset before a complete head
  'truncated', // closed or reset, or broken framing, before the body was complete
  'malformed', // a head or framing that we do not accept
  'request-body', // the client's request body broke off
  'queue-full', // too many fetches wait for this origin already
  'queue-timeout',
  'aborted', // we gave up on purpose
  'breaker-open', // not asked: it failed too often of late
  'sick', // not asked: the operator, or its probe, says that it is down
] as const
export type OriginFailure = (typeof ORIGIN_FAILURES)[number]

/** Why an origin is not even asked. */
export type OriginRefusal = 'breaker-open' | 'sick'
