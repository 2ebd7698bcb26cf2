/** What a ban looks at. Of a response that is still on its way, only its target is known at first. */
export interface BanFacts {
  /** What was asked for when the response was fetched, as `http://host/path?query`, whatever a policy made its key. */
  readonly uri: string
  /** Null where there is no response yet. */
  readonly response: ResponseFacts | null
}

export interface ResponseFacts {
  readonly status: number
  /** The value of a field, `name` in lower case; its lines joined by `, `. */
  field(name: string): string | undefined
  readonly tags: readonly string[]
  /** `Clock.now()` when it was received, its age then (RFC 9111 §4.2.3), and its lifetime. */
  readonly receivedAt: number
  readonly initialAgeMs: number
  readonly lifetimeMs: number
}

/** Host and port, and path and query, of an URI as it stands in a cache key. */
export function splitUri(uri: string): { readonly host: string; readonly url: string } {
  const start = uri.indexOf('//') + 2
  let end = start
  while (end < uri.length && uri[end] !== '/' && uri[end] !== '*') end++
  return { host: uri.slice(start, end), url: uri.slice(end) }
}
