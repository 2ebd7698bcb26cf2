/** A fetch under way, whose end is told to the guard of its origin before it is told to whoever waits for it. */
import type { Duplex } from 'node:stream'
import type { Fields } from '../http/fields.ts'
import type { Admission } from './breaker.ts'
import { isUnreachable } from './health.ts'
import type { Fetch, FetchHandler, OriginError, OriginResponse } from './origin.ts'

export class WatchedFetch implements Fetch, FetchHandler {
  call: Fetch | null = null
  readonly #guard: FetchJudge
  readonly #admission: Admission
  readonly #client: string | null
  readonly #handler: FetchHandler
  #isJudged = false

  constructor(guard: FetchJudge, admission: Admission, client: string | null, handler: FetchHandler) {
    this.#guard = guard
    this.#admission = admission
    this.#client = client
    this.#handler = handler
  }

  get sentAt(): number {
    return this.call?.sentAt ?? 0
  }

  pause(): void {
    this.call?.pause()
  }

  resume(): void {
    this.call?.resume()
  }

  abort(): void {
    this.#release()
    this.call?.abort()
  }

  informational(status: number, fields: Fields): void {
    this.#handler.informational(status, fields)
  }

  head(response: OriginResponse): void {
    this.#judge(this.#guard.isServerError(response.status) ? String(response.status) : null, this.#client)
    this.#handler.head(response)
  }

  data(chunk: Buffer): void {
    this.#handler.data(chunk)
  }

  end(): void {
    this.#handler.end()
  }

  failed(error: OriginError): void {
    if (this.#guard.isFailure(error))
      this.#judge(error.failure, isUnreachable(error.failure) ? null : this.#client)
    else this.#release()
    this.#handler.failed(error)
  }

  upgraded(response: OriginResponse, socket: Duplex, early: Buffer): void {
    this.#judge(null, null)
    this.#handler.upgraded(response, socket, early)
  }

  #judge(failure: string | null, suspect: string | null): void {
    if (this.#isJudged) return
    this.#isJudged = true
    this.#guard.ended(this.#admission, failure, suspect)
  }

  #release(): void {
    if (this.#isJudged) return
    this.#isJudged = true
    this.#guard.released(this.#admission)
  }
}

/** Who is told how fetches end, and says what that is a sign of. */
export interface FetchJudge {
  /** Whether a fetch that ended so says that something is wrong with the origin. If not, it says nothing of it. */
  isFailure(error: OriginError): boolean
  /** Whether a response with this status counts as a failure. */
  isServerError(status: number): boolean
  /** A fetch has ended; `failure` null where the origin answered. `suspect`: the client whose request may be why it did not; or null. */
  ended(admission: Admission, failure: string | null, suspect: string | null): void
  /** A fetch has ended in a way that says nothing of the origin. */
  released(admission: Admission): void
}
