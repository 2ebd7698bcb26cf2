/** A server that can be put under load: Lacquer, or a peer. */
import type { Client } from '../fetch.ts'

export interface Subject {
  readonly name: string
  /** What it is, with its version; null where it isn't installed. */
  version(): string | null
  /** Starts it in front of `origin`, on the servers' core. */
  start(origin: string): Promise<RunningSubject>
}

export interface RunningSubject {
  readonly url: string
  /** All processes that serve. */
  readonly pids: readonly number[]
  /** What it has counted so far; null where it does not count. */
  counts(client: Client): Promise<Counts | null>
  stop(): Promise<void>
}

export interface Counts {
  readonly requests: number
  readonly hits: number
}
