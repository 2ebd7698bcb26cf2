/** A server that can be put under load: Lacquer, a peer, or a floor under what either could cost. */
import type { Client } from '../fetch.ts'

export interface Subject {
  readonly name: string
  /** What it is, with its version; null where it isn't installed. */
  version(): string | null
  /** Starts it in front of `origin`, on the servers' core. */
  start(origin: string, needs: Needs): Promise<RunningSubject>
}

/** What a work asks of every server alike. */
export interface Needs {
  /** Memory for stored responses. */
  readonly memoryMiB: number
  /** Most client connections at a time. */
  readonly connections: number
}

export interface RunningSubject {
  readonly url: string
  /** Where Lacquer is steered; null for the others. */
  readonly admin: string | null
  /** All processes that serve, as of now. */
  pids(): readonly number[]
  /** What it has counted so far; null where it does not count. */
  counts(client: Client): Promise<Counts | null>
  stop(): Promise<void>
}

export interface Counts {
  readonly requests: number
  readonly hits: number
}

export const USUAL_NEEDS: Needs = { memoryMiB: 512, connections: 1000 }
