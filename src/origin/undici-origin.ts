/**
 * An origin, on undici: reads its configuration and starts its fetches. `pool.ts` keeps its connections, `connection.ts`
 * stands between undici and a fetch, `witness.ts` judges what the origin sends.
 */
import { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { Clock } from '../base/clock.ts'
import { Deadlines } from './deadlines.ts'
import type { Place, ProxyPlace } from './dial.ts'
import { FetchUnderWay } from './fetch.ts'
import type { Fetch, FetchHandler, Origin, OriginFigures, OriginRequest } from './origin.ts'
import { Pool, type PoolTerms } from './pool.ts'

export interface OriginConfig {
  readonly name: string
  /** `http://HOST:PORT` or `https://HOST:PORT`. */
  readonly url: string
  readonly hostOverride: string | null
  /** URL of a forward proxy, `http://[USER:PASSWORD@]HOST:PORT`, or null. */
  readonly proxy: string | null
  /** Certificate authorities to trust instead of the system's, in PEM, or null. */
  readonly ca: string | null
  readonly maxConnections: number
  readonly maxQueue: number
  readonly queueTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly firstByteTimeoutMs: number
  readonly betweenBytesTimeoutMs: number
  readonly maxHeadBytes: number
  readonly maxFields: number
}

/** What applies where nobody says otherwise. */
export const ORIGIN_DEFAULTS: Omit<OriginConfig, 'name' | 'url'> = {
  hostOverride: null,
  proxy: null,
  ca: null,
  maxConnections: 256,
  maxQueue: 1024,
  queueTimeoutMs: 10_000,
  keepAliveTimeoutMs: 30_000,
  connectTimeoutMs: 3500,
  firstByteTimeoutMs: 30_000,
  betweenBytesTimeoutMs: 30_000,
  maxHeadBytes: 65_536,
  maxFields: 256,
}

/** The configuration of an origin makes no sense; the message says what would. */
export class OriginConfigError extends Error {
  override readonly name = 'OriginConfigError'
}

/** What may change while an origin is in use. */
export type OriginLimits = Pick<
  OriginConfig,
  | 'maxConnections'
  | 'maxQueue'
  | 'queueTimeoutMs'
  | 'keepAliveTimeoutMs'
  | 'connectTimeoutMs'
  | 'firstByteTimeoutMs'
  | 'betweenBytesTimeoutMs'
>

export interface AdjustableOrigin extends Origin {
  /** Holds for the waits that begin from now on. */
  adjust(limits: OriginLimits): void
}

/** Throws `OriginConfigError`. Opens no connection. */
export function createOrigin(config: OriginConfig, deps: { readonly clock: Clock }): AdjustableOrigin {
  return new UndiciOrigin(config, deps.clock)
}

class UndiciOrigin implements AdjustableOrigin {
  readonly name: string
  readonly hostOverride: string | null
  readonly downFor = null
  readonly #terms: PoolTerms
  readonly #pool: Pool

  constructor(config: OriginConfig, clock: Clock) {
    this.name = config.name
    this.hostOverride = config.hostOverride
    const url = serverUrl(config.url, `origin "${config.name}"`, ['http:', 'https:'])
    this.#terms = { ...config, clock, authority: url.host, deadlines: new Deadlines(clock) }
    this.#pool = new Pool(placeOf(url, config), this.#terms)
  }

  adjust(limits: OriginLimits): void {
    Object.assign(this.#terms, limits)
  }

  fetch(request: OriginRequest, handler: FetchHandler): Fetch {
    const fetch = new FetchUnderWay(this.name, this.#pool, request, handler)
    fetch.start()
    return fetch
  }

  refuses(): boolean {
    return false
  }

  figures(): OriginFigures {
    return { open: this.#pool.open, idle: this.#pool.idle, queued: this.#pool.queued }
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}

const READ_BYTES = 64 * 1024

function placeOf(url: URL, config: OriginConfig): Place {
  const secureContext = url.protocol === 'https:' ? secureContextOf(config) : null
  const proxy = config.proxy === null ? null : proxyOf(config.proxy, config.name)
  const isPlain = secureContext === null && proxy === null
  const readBuffer = isPlain ? Buffer.allocUnsafeSlow(READ_BYTES) : null
  return { ...hostAndPort(url), secureContext, proxy, readBuffer }
}

function proxyOf(text: string, name: string): ProxyPlace {
  const url = serverUrl(text, `the proxy of origin "${name}"`, ['http:'])
  const { username, password } = url
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const authorization =
    username === '' && password === '' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`
  return { ...hostAndPort(url), authorization }
}

function serverUrl(text: string, what: string, schemes: readonly string[]): URL {
  const schemesShown = schemes.map((scheme) => `${scheme}//HOST:PORT`).join(' or ')
  const url = URL.parse(text)
  if (url === null) throw new OriginConfigError(`${what} is no URL: ${text}; write ${schemesShown}`)
  if (!schemes.includes(url.protocol) || url.hostname === '') {
    throw new OriginConfigError(
      `${what} can't be reached by ${url.protocol} in ${text}; write ${schemesShown}`,
    )
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new OriginConfigError(`${what} has a path, a query or a fragment: ${text}; write ${schemesShown}`)
  }
  return url
}

function hostAndPort(url: URL): { readonly host: string; readonly port: number } {
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
  return { host, port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port) }
}

function secureContextOf(config: OriginConfig): SecureContext {
  if (config.ca === null) return createSecureContext()
  try {
    // Throws where there is no certificate; a secure context would trust nobody without a word.
    new X509Certificate(config.ca)
    return createSecureContext({ ca: config.ca })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new OriginConfigError(`the certificate authorities of origin "${config.name}" are no PEM: ${why}`)
  }
}
