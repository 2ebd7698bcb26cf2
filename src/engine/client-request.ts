/**
 * The client's request as policies see it: read straight from what the server parsed, changeable in `recv`.
 * What `recv` changes counts for everything after it: the key, Vary, and the request to the origin.
 */
import { show } from '../config/units.ts'
import { parseAuthority } from '../http/target.ts'
import { Fields, type ReadonlyFields } from '../http/fields.ts'
import { withoutNominated } from '../http/hop-by-hop.ts'
import { asciiLower, isToken, listMembers } from '../http/tokens.ts'
import type { ClientView, Headers, MutableRequest } from '../policy/views.ts'
import type { ClientExchange } from './exchange.ts'
import { CopyOnWrite, HeadersView } from './headers-view.ts'
import { refuseWrites } from './refuse-writes.ts'

export class ClientRequest implements MutableRequest {
  /** Whether a policy may write to it now. */
  isWritable = false
  #params: Readonly<Record<string, string>> = NO_PARAMS
  #restarts = 0
  #client: ClientView | null = null
  /** Name of the origin that the route or `recv` chose; empty for the default one. */
  #origin = ''
  #isOriginChosen = false
  #method: string
  #host: string
  #url: string
  #pathEnd = -1
  readonly #scheme: 'http' | 'https'
  readonly #hasBody: boolean
  readonly #copy: CopyOnWrite
  /** Null once it has ended and may be used for another request. */
  #exchange: ClientExchange | null
  #headers: HeadersView | null = null

  constructor(exchange: ClientExchange) {
    this.#exchange = exchange
    this.#scheme = exchange.scheme
    this.#hasBody = exchange.hasBody
    this.#method = exchange.method
    this.#host = exchange.authority
    this.#url = exchange.target
    this.#copy = new CopyOnWrite(withoutNominated(exchange.fields))
  }

  /** The field lines as they are now. */
  get fields(): ReadonlyFields {
    return this.#copy.fields
  }

  /** A copy of them that outlives the exchange: what Vary selects a variant by. */
  selecting(): Fields {
    return Fields.from(this.#copy.fields)
  }

  get headers(): Headers {
    return (this.#headers ??= new HeadersView(this.#copy, this))
  }

  get scheme(): 'http' | 'https' {
    return this.#scheme
  }

  get hasBody(): boolean {
    return this.#hasBody
  }

  get params(): Readonly<Record<string, string>> {
    return this.#params
  }

  /** By the engine: what the route's pattern matched. */
  takeParams(params: Readonly<Record<string, string>>): void {
    this.#params = Object.freeze(params)
  }

  get restarts(): number {
    return this.#restarts
  }

  /** By the engine. */
  countRestart(): void {
    this.#restarts++
  }

  get client(): ClientView {
    return (this.#client ??= new Client(this.#exchange))
  }

  /**
   * By the engine: all that was to be decided is decided, and the server may use the exchange for another request, who knows whose. A
   * policy that still holds on to this one sees nothing of that.
   */
  forget(): void {
    this.#exchange = null
    this.#copy.forget()
  }

  /** RFC 9110 §7.8. HTTP/1.0 has no Upgrade; what has content, or may change something, is answered before anything is switched. */
  get upgrade(): string | null {
    if (this.#exchange === null) return null
    const { fields, minorVersion } = this.#exchange
    if (!fields.has('upgrade') || minorVersion === 0) return null
    if (this.#method !== 'GET' || this.hasBody) return null
    const options = listMembers(asciiLower(fields.get('connection') ?? ''))
    if (!options.includes('upgrade')) return null
    return listMembers(fields.get('upgrade') ?? '').find(leavesHttp) ?? null
  }

  get method(): string {
    return this.#method
  }

  set method(method: string) {
    this.assertWritable()
    if (typeof method !== 'string' || !isToken(method) || method === 'CONNECT')
      throw new TypeError(`request.method: ${show(method)} is no method to send`)
    this.#method = method
  }

  get host(): string {
    return this.#host
  }

  set host(host: string) {
    this.assertWritable()
    const authority = typeof host === 'string' ? parseAuthority(host, this.scheme) : null
    if (authority === null)
      throw new TypeError(`request.host: ${show(host)} is no host name, with or without a port`)
    this.#host = authority
  }

  /** Host name without port. */
  get hostname(): string {
    const host = this.#host
    const colon = host.lastIndexOf(':')
    return colon === -1 || host.endsWith(']') ? host : host.slice(0, colon)
  }

  get url(): string {
    return this.#url
  }

  set url(url: string) {
    this.assertWritable()
    this.#url = checkedUrl(url)
    this.#pathEnd = -1
  }

  get path(): string {
    if (this.#pathEnd === -1) {
      const mark = this.#url.indexOf('?')
      this.#pathEnd = mark === -1 ? this.#url.length : mark
    }
    return this.#pathEnd === this.#url.length ? this.#url : this.#url.slice(0, this.#pathEnd)
  }

  get query(): string {
    return this.#url.slice(this.path.length + 1)
  }

  get origin(): string {
    return this.#origin
  }

  set origin(name: string) {
    this.assertWritable()
    this.#origin = checkedOrigin(name)
    this.#isOriginChosen = true
  }

  /** By the engine: the route's choice, before `recv`. After a restart, what the policy chose before counts for more. */
  routeTo(origin: string): void {
    if (!this.#isOriginChosen) this.#origin = origin
  }

  assertWritable(): void {
    if (!this.isWritable) throw new TypeError('the request can be changed in recv and purge only')
  }
}

class Client implements ClientView {
  readonly #address: string
  readonly #peer: string

  constructor(exchange: ClientExchange | null) {
    this.#address = exchange?.clientAddress ?? ''
    this.#peer = exchange?.peerAddress ?? ''
  }

  get address(): string {
    return this.#address
  }

  get peer(): string {
    return this.#peer
  }
}

refuseWrites(ClientRequest, 'request')
refuseWrites(Client, 'request.client')

/**
 * Another version of HTTP, or TLS, is a matter of one connection and not for the origin to decide: behind our back, requests
 * would go past cache and policies. Such an offer may be ignored (RFC 9110 §7.8), and is.
 */
function leavesHttp(protocol: string): boolean {
  return !/^(?:h2c?|h3|https?|tls)(?:\/|$)/i.test(protocol)
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({})

/** A path and query from a policy. Throws `TypeError` where they can't stand in a request line. */
export function checkedUrl(url: string): string {
  if (typeof url === 'string' && isOriginForm(url)) return url
  throw new TypeError(`request.url: ${show(url)} must be '/' and visible ASCII characters, without '#'`)
}

/** The name of an origin from a policy. Whether there is one is seen when it is asked. */
export function checkedOrigin(name: string): string {
  if (typeof name === 'string') return name
  throw new TypeError(`request.origin: ${show(name)} is no name of an origin`)
}

/** RFC 9112 §3.2.1. */
function isOriginForm(url: string): boolean {
  if (url.charCodeAt(0) !== 0x2f) return false
  for (let i = 0; i < url.length; i++) {
    const code = url.charCodeAt(i)
    if (code <= 0x20 || code >= 0x7f || code === 0x23 || code === 0x5c) return false
  }
  return true
}
