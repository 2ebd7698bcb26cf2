/** What a load tool is told, and what it answers. */
import type { Mix } from '../mix.ts'

export interface LoadRequest {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly seconds: number
  readonly connections: number
  readonly mix: Mix
  /** No more than so many requests a second, evenly; without it as many as the server answers. */
  readonly perSecond?: number | undefined
}

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  /** Connections that failed, and requests that ran out of time. */
  readonly errors: number
  /** Answers that are no success: neither 2xx nor 304. */
  readonly failures: number
  readonly latencyUs: Latency
}

export interface Latency {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p99_9: number
  readonly max: number
}
