/**
 * What a listener can be told, and its defaults. `config/` has the parameters that an operator sees; `cli/` fills this.
 */
import { systemClock, type Clock } from '../base/clock.ts'
import { Envelope } from '../base/envelope.ts'
import { silentLog, type Log } from '../observe/events.ts'
import { Recorder } from '../observe/recorder.ts'
import { isLoopback } from './address-counts.ts'

export interface ServerOptions {
  /** From the first byte of a head to its last; also from accepting a connection to its first byte. Then 408. */
  readonly headTimeoutMs: number
  /** Between two bytes of a request body that somebody waits for. Then 408. */
  readonly bodyTimeoutMs: number
  /** For a whole request, from its head to the last byte of its body. Then 408. */
  readonly requestTimeoutMs: number
  /** Between two requests. */
  readonly idleTimeoutMs: number
  /** While the client takes no byte of a response. */
  readonly sendTimeoutMs: number
  /** Before a response begins, once the client has sent FIN. */
  readonly halfClosedTimeoutMs: number
  /** Bytes a second that a body must come with, and a response be taken, on average over each window, the first after a grace. */
  readonly minBodyRate: number
  readonly minSendRate: number
  readonly rateGraceMs: number
  readonly rateWindowMs: number
  /** How long, and how many bytes, a connection that is being closed is read unheeded (RFC 9112 §9.6). */
  readonly lingerMs: number
  readonly lingerBytes: number
  readonly maxHeadBytes: number
  readonly maxTargetBytes: number
  /** 100 field lines, as Apache httpd's LimitRequestFields has it. */
  readonly maxFields: number
  readonly maxRequestBodyBytes: number
  readonly maxConnections: number
  /** Connections from one address, an IPv6 one with its /64; none where it is exempt. */
  readonly maxConnectionsPerAddress: number
  readonly isExempt: (address: string) => boolean
  /** Whether fetches wait for a connection to an origin. */
  readonly isOriginShort: () => boolean
  /** What is held in memory for those outside. */
  readonly envelope: Envelope
  /** How much may be held of what a client sends ahead; beyond it the connection is not read. */
  readonly maxPipelinedBytes: number
  /** Requests of one connection that are answered before the others have their turn. */
  readonly maxPipelinedRequests: number
  /** `reused-buffer` reads all connections into one buffer, `data-events` leaves it to node; `auto` tries the former. */
  readonly reads: 'reused-buffer' | 'data-events' | 'auto'
  /** Peers whose X-Forwarded-* are believed. */
  readonly trusted: (address: string) => boolean
  /** Whether an absolute-form target with this authority (lower case) is for us. */
  readonly isOurHost: (authority: string) => boolean
  /** Stands for the missing Host of an HTTP/1.0 request; null where such a request is refused. */
  readonly defaultHost: () => string | null
  /** Our name in Cache-Status. */
  readonly cacheName: string
  readonly clock: Clock
  readonly recorder: Recorder
  readonly log: Log
}

/** All options, with defaults for those not given. */
export function serverOptions(given: Partial<ServerOptions> = {}): ServerOptions {
  return {
    headTimeoutMs: 10_000,
    bodyTimeoutMs: 30_000,
    requestTimeoutMs: 3_600_000,
    idleTimeoutMs: 60_000,
    sendTimeoutMs: 60_000,
    halfClosedTimeoutMs: 10_000,
    minBodyRate: 500,
    minSendRate: 500,
    rateGraceMs: 10_000,
    rateWindowMs: 60_000,
    lingerMs: 1000,
    lingerBytes: 1024 * 1024,
    maxHeadBytes: 32 * 1024,
    maxTargetBytes: 8 * 1024,
    maxFields: 100,
    maxRequestBodyBytes: 1024 ** 3,
    maxConnections: 20_000,
    maxConnectionsPerAddress: 1000,
    isExempt: isLoopback,
    isOriginShort: () => false,
    envelope: new Envelope(128 * 1024 * 1024),
    maxPipelinedBytes: 64 * 1024,
    maxPipelinedRequests: 64,
    reads: 'auto',
    trusted: () => false,
    isOurHost: () => false,
    defaultHost: () => null,
    cacheName: 'Lacquer',
    clock: systemClock,
    recorder: new Recorder(),
    log: silentLog,
    ...given,
  }
}
