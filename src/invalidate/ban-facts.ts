import type { ReadonlyFields } from '../http/fields.ts'
import { utf8Text } from '../http/utf8-text.ts'

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

/**
 * One response and one request as bans ask of them: what several want to know is worked out once. Hot while there are bans: a thousand may
 * ask of each response, and most for the same field.
 */
export class Asked {
  readonly uri: string
  readonly response: ResponseFacts | null
  readonly #request: ReadonlyFields | null
  #parts: ReturnType<typeof splitUri> | null = null
  #requestField = new Remembered()
  #responseField = new Remembered()

  /** `request`: the fields of the request that would be answered; null where there is none. */
  constructor({ uri, response }: BanFacts, request: ReadonlyFields | null) {
    this.uri = uri
    this.response = response
    this.#request = request
  }

  /** Host and port. */
  get host(): string {
    return (this.#parts ??= splitUri(this.uri)).host
  }

  /** Path and query. */
  get url(): string {
    return (this.#parts ??= splitUri(this.uri)).url
  }

  get hasRequest(): boolean {
    return this.#request !== null
  }

  requestText(name: string): string | undefined {
    const known = this.#requestField
    if (known.name !== name) known.take(name, this.#request?.get(name))
    return known.text
  }

  responseText(name: string): string | undefined {
    const known = this.#responseField
    if (known.name !== name) known.take(name, this.response?.field(name))
    return known.text
  }
}

/** The field asked for last, as people write it. */
class Remembered {
  name = ''
  text: string | undefined = undefined

  take(name: string, value: string | undefined): void {
    this.name = name
    this.text = value === undefined ? undefined : utf8Text(value)
  }
}

/** Host and port, and path and query, of an URI as it stands in a cache key. */
export function splitUri(uri: string): { readonly host: string; readonly url: string } {
  const start = uri.indexOf('//') + 2
  let end = start
  while (end < uri.length && uri[end] !== '/' && uri[end] !== '*') end++
  return { host: uri.slice(start, end), url: uri.slice(end) }
}
