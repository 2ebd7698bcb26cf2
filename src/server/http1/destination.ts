/**
 * Where a request wants to go: request target and Host (RFC 9112 §3.2, §3.3; RFC 9110 §7.1, §7.2).
 * We are an origin's gateway and nobody's forward proxy: CONNECT and TRACE are not allowed, an absolute-form target only
 * for hosts that are ours.
 */
import { uniqueString } from '../../base/unique-string.ts'
import { parseAuthority, parseTarget } from '../../http/target.ts'
import type { RefusalReason } from '../../observe/refusals.ts'
import type { RequestHead } from './request-head.ts'

export interface DestinationRules {
  readonly isOurHost: (authority: string) => boolean
  readonly defaultHost: () => string | null
}

export class Destination {
  /** Path and query, or `*`. */
  target = ''
  /** Lower case, without the default port. */
  authority = ''
  /** As the client wrote it. */
  host = ''
  /** What the last Host was read as, since a client asks the same one again and again. */
  #lastHost = ''
  #lastScheme = ''
  #lastAuthority = ''

  /** Lets go of what was read. */
  clear(): void {
    this.target = this.authority = this.host = ''
  }

  /** Reads a head that came over `scheme`. Null, or why it is refused. Hot: an origin-form target is taken as it is. */
  read(head: RequestHead, scheme: 'http' | 'https', rules: DestinationRules): RefusalReason | null {
    const { method } = head
    if (method === 'CONNECT' || method === 'TRACE') return 'method-not-allowed'
    const why = this.#readHost(head, scheme, rules)
    if (why !== null) return why
    // The scanner has passed every byte of it.
    this.target = head.target
    if (head.target.charCodeAt(0) !== SLASH) return this.#readOtherForm(head, scheme, rules)
    return this.authority === '' ? 'missing-host' : null
  }

  /** Exactly one Host on HTTP/1.1, and a valid one wherever there is one (RFC 9112 §3.2). */
  #readHost(head: RequestHead, scheme: 'http' | 'https', rules: DestinationRules): RefusalReason | null {
    const { known } = head
    if (known.host > 1) return 'several-hosts'
    if (known.host === 0 && head.minorVersion === 1) return 'missing-host'
    this.host = known.host === 1 ? head.fields.valueAt(known.hostLine) : (rules.defaultHost() ?? '')
    this.authority = ''
    if (known.host === 0 && this.host === '') return null
    if (this.host === this.#lastHost && scheme === this.#lastScheme) {
      this.authority = this.#lastAuthority
      return null
    }
    const authority = parseAuthority(this.host, scheme)
    if (authority === null) return 'bad-host'
    this.authority = this.#lastAuthority = uniqueString(authority)
    // Cut out of the head it would keep the whole head, as long as the connection lives.
    this.#lastHost = uniqueString(this.host)
    this.#lastScheme = scheme
    return null
  }

  /** Absolute-form, whose authority stands instead of Host (§3.2.2), and asterisk-form (§3.2.4). */
  #readOtherForm(head: RequestHead, scheme: 'http' | 'https', rules: DestinationRules): RefusalReason | null {
    const target = parseTarget(head.method, head.target)
    if (!target.ok || target.form === 'authority') return 'bad-target'
    this.target = target.path
    if (target.form === 'absolute') {
      if (!rules.isOurHost(target.authority)) return 'not-our-host'
      if (target.scheme !== scheme) return 'not-our-scheme'
      this.authority = this.host = target.authority
    }
    return this.authority === '' ? 'missing-host' : null
  }
}

const SLASH = 0x2f
