/** What a load tool is told, and what it answers. */
export interface LoadRequest {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly seconds: number
  readonly connections: number
  readonly urls: number
  readonly seed: number
}

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  /** Connections that failed, and requests that ran out of time. */
  readonly errors: number
  /** Answers other than 2xx. */
  readonly non2xx: number
  readonly latencyUs: Latency
}

export interface Latency {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p99_9: number
  readonly max: number
}

/** Each connection has this many requests of its own, which it repeats. */
export const REQUESTS_PER_CONNECTION = 2000
