/**
 * Cross-origin requests (the CORS protocol of the Fetch standard): answers preflights from here, and says on every response who may
 * read it, so that the origin need not, and one stored response serves all sites that may.
 *
 * It decides alone: what the origin says of it is overwritten for a site that may, and taken out for one that may not.
 */
import { readDuration, type Duration } from '../../config/units.ts'
import { synth, type SynthVerdict } from '../verdict.ts'
import type { Headers, ReadonlyHeaders } from '../views.ts'

export interface CorsOptions {
  /** Sites that may read responses, `['https://app.example.com']`, or `'*'` for all. */
  readonly origins: readonly string[] | '*'
  /** Methods allowed besides GET, HEAD and POST; by default PUT, PATCH and DELETE. */
  readonly methods?: readonly string[]
  /** Request fields allowed besides the harmless ones; by default Content-Type and Authorization. */
  readonly headers?: readonly string[]
  /** Response fields that scripts may read besides the harmless ones; by default none. */
  readonly exposed?: readonly string[]
  /** Whether requests may carry cookies; by default not. Not possible with `'*'`. */
  readonly credentials?: boolean
  /** How long browsers may remember the answer to a preflight; by default `'10m'`. Browsers have their own upper bound. */
  readonly maxAge?: Duration
}

interface Asked {
  readonly method: string
  readonly headers: ReadonlyHeaders
}

export interface Cors {
  /** For `recv`: the answer to a preflight, or nothing where the request is none. */
  preflight(request: Asked): SynthVerdict | undefined
  /** For `deliver`: says on the response whether the site that asks may read it. */
  apply(request: Asked, response: { readonly headers: Headers }): void
}

/** Throws `RangeError` for what browsers would not accept. */
export function cors(options: CorsOptions): Cors {
  const { origins, exposed = [], credentials = false } = options
  if (credentials && origins === '*') throw new RangeError("cors: credentials are not possible with '*'")
  for (const origin of origins === '*' ? [] : origins) checkOrigin(origin)
  const allowed = (origin: string): boolean => origins === '*' || origins.includes(origin)
  const common = (origin: string): Record<string, string> => ({
    'access-control-allow-origin': origins === '*' ? '*' : origin,
    ...(credentials ? { 'access-control-allow-credentials': 'true' } : {}),
  })
  const preflightFields = fieldsOfPreflight(options)
  return {
    preflight({ method, headers }) {
      const origin = headers.get('origin')
      if (method !== 'OPTIONS' || origin === undefined || !headers.has('access-control-request-method'))
        return undefined
      const granted = allowed(origin) ? { ...common(origin), ...preflightFields } : {}
      return synth(204, { headers: { ...granted, vary: 'Origin' } })
    },
    apply({ headers }, response) {
      // Even where this request has no Origin: caches behind us must not give its response to a request with one.
      if (origins !== '*') response.headers.append('vary', 'Origin')
      const origin = headers.get('origin')
      if (origin === undefined) return
      if (!allowed(origin)) {
        response.headers.delete('access-control-allow-origin')
        return
      }
      for (const [name, value] of Object.entries(common(origin))) response.headers.set(name, value)
      if (exposed.length > 0) response.headers.set('access-control-expose-headers', exposed.join(', '))
    },
  }
}

function fieldsOfPreflight(options: CorsOptions): Record<string, string> {
  const {
    methods = ['PUT', 'PATCH', 'DELETE'],
    headers = ['Content-Type', 'Authorization'],
    maxAge = '10m',
  } = options
  const span = readDuration(maxAge)
  if (!span.ok) throw new RangeError(`cors: maxAge: ${span.why}`)
  return {
    'access-control-allow-methods': ['GET', 'HEAD', 'POST', ...methods].join(', '),
    'access-control-allow-headers': headers.join(', '),
    'access-control-max-age': String(Math.floor(span.value / 1000)),
  }
}

function checkOrigin(origin: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.:[\]-]+$/.test(origin))
    throw new RangeError(
      `cors: '${origin}' is no site; write 'https://app.example.com', lower case, without a path`,
    )
}
