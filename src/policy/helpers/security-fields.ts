/**
 * Fields that have browsers be careful with a page. Set in `originResponse` they are stored with the response and cost a hit nothing; in
 * `deliver` they also reach what was stored before. The defaults break no page but one that others show in a frame.
 */
import { readDuration, type Duration } from '../../config/units.ts'
import type { Headers } from '../views.ts'

export interface SecurityOptions {
  /** Who may show the page in a frame; by default `'same-site'`, which is `frame-ancestors 'self'` (and X-Frame-Options for old browsers). */
  readonly frames?: 'nobody' | 'same-site' | 'everybody'
  /** Referrer-Policy; by default `strict-origin-when-cross-origin`, as browsers have it. */
  readonly referrer?: string
  /** Content-Security-Policy. By default none but for frames; what is given here is sent as it is, `frames` added where it has no frame-ancestors. */
  readonly contentSecurityPolicy?: string
  /** Strict-Transport-Security (RFC 6797): how long browsers insist on https, `'365d'`. By default not sent. Only for a site that is on https. */
  readonly strictTransport?: Duration
}

/** Sets Content-Security-Policy, X-Frame-Options, X-Content-Type-Options, Referrer-Policy, and Strict-Transport-Security where asked for. */
export function setSecurityFields(
  response: { readonly headers: Headers },
  options: SecurityOptions = {},
): void {
  const { frames = 'same-site', referrer = 'strict-origin-when-cross-origin', strictTransport } = options
  const { headers } = response
  headers.set('x-content-type-options', 'nosniff')
  headers.set('referrer-policy', referrer)
  const policy = policyOf(options.contentSecurityPolicy ?? '', frames)
  if (policy !== '') headers.set('content-security-policy', policy)
  if (frames !== 'everybody') headers.set('x-frame-options', frames === 'nobody' ? 'DENY' : 'SAMEORIGIN')
  if (strictTransport !== undefined)
    headers.set('strict-transport-security', `max-age=${seconds(strictTransport)}`)
}

/** Takes out what tells strangers which software the origin runs. For `originResponse`. */
export function hideSoftware(response: { readonly headers: Headers }): void {
  for (const name of ['server', 'x-powered-by', 'x-aspnet-version', 'x-aspnetmvc-version', 'x-generator'])
    response.headers.delete(name)
}

function policyOf(given: string, frames: 'nobody' | 'same-site' | 'everybody'): string {
  if (frames === 'everybody' || /(?:^|;)\s*frame-ancestors\b/i.test(given)) return given
  const ancestors = `frame-ancestors ${frames === 'nobody' ? "'none'" : "'self'"}`
  return given === '' ? ancestors : `${given.replace(/[;\s]+$/, '')}; ${ancestors}`
}

function seconds(duration: Duration): number {
  const span = readDuration(duration)
  if (!span.ok) throw new RangeError(`setSecurityFields: strictTransport: ${span.why}`)
  return Math.floor(span.value / 1000)
}
