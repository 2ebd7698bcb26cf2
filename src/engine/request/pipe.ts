/**
 * pipe: the client wants to leave HTTP for another protocol (RFC 9110 §7.8). If the origin agrees with a 101, the two connections
 * are joined byte for byte until one of them ends; if not, its answer is passed on.
 */
import type { Duplex } from 'node:stream'
import { cacheStatus } from '../../http/cache-status.ts'
import { CONSUMED_FIELDS } from '../../http/control.ts'
import { Fields } from '../../http/fields.ts'
import { reasonPhrase } from '../../http/status.ts'
import {
  statusOfFailure,
  type Fetch,
  type FetchHandler,
  type OriginError,
  type OriginResponse,
} from '../../origin/origin.ts'
import type { PipeHookVerdict } from '../../policy/hooks.ts'
import { BodyFlow } from '../body-flow.ts'
import { consultNow } from '../consult.ts'
import { drive, parked } from '../driver.ts'
import { FetchRequest } from '../fetch/fetch-request.ts'
import { forwardedFields } from '../fetch/forward.ts'
import { clientOf } from '../fetch/start.ts'
import { follow } from '../follow.ts'
import { joinSockets } from '../join-sockets.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { retryAfter } from './give-up.ts'
import { detour } from './detour.ts'
import { watch } from './watch.ts'

export function pipe(tx: Transaction): RequestStep {
  watch(tx)
  const { context, request } = tx
  tx.outcome = 'pipe'
  tx.fwd = 'bypass'
  const outgoing = outgoingRequest(tx)
  outgoing.isWritable = true
  const verdict = consultNow(tx, 'pipe', tx.at.show('pipe', outgoing)) as PipeHookVerdict
  outgoing.isWritable = false
  tx.at.hide()
  if (verdict.kind !== 'pipe') return detour(tx, verdict)
  const name = outgoing.origin
  const origin = context.origins.get(name)
  if (origin === undefined) {
    return tx.synthesize({ kind: 'synth', status: 503, headers: {}, body: '' }, 'error', 'no-such-origin')
  }
  if (context.envelope.isFull) {
    context.recorder.count('limitReached', 'memory')
    const headers = { 'retry-after': '1' }
    return tx.synthesize({ kind: 'synth', status: 503, headers, body: '' }, 'error', 'overloaded')
  }
  const handler = new PipeHandler(tx, name)
  tx.abandon = () => handler.abandon()
  handler.call = origin.fetch(
    {
      method: request.method,
      target: outgoing.url,
      fields: outgoing.fields,
      body: tx.exchange.hasBody ? tx.exchange.body() : null,
      bodyBytes: tx.exchange.hasBody ? tx.exchange.bodyBytes : 0,
      upgrade: request.upgrade,
      client: clientOf(tx),
    },
    handler,
  )
  return parked
}

function outgoingRequest({ context, request, exchange }: Transaction): FetchRequest {
  const origin = request.origin === '' ? (context.origins.keys().next().value ?? '') : request.origin
  return new FetchRequest({
    method: request.method,
    url: request.url,
    origin,
    fields: forwardedFields(request, exchange, {
      storable: false,
      host: context.origins.get(origin)?.hostOverride ?? request.host,
      viaName: context.limits.viaName,
    }),
    background: false,
    isPass: true,
  })
}

class PipeHandler implements FetchHandler {
  call: Fetch | null = null
  readonly #tx: Transaction
  readonly #originName: string
  readonly #startedAt: number
  #flow: BodyFlow | null = null

  constructor(tx: Transaction, originName: string) {
    this.#tx = tx
    this.#originName = originName
    this.#startedAt = tx.clock.now()
  }

  informational(status: number, fields: Fields): void {
    this.#guarded(() => {
      if (!this.#tx.isOver) this.#tx.exchange.informational(status, fields)
    })
  }

  head(response: OriginResponse): void {
    this.#guarded(() => this.#passOn(response))
  }

  /** The origin stays with HTTP. */
  #passOn(response: OriginResponse): void {
    const tx = this.#tx
    this.#count(`${Math.floor(response.status / 100) as 2 | 3 | 4 | 5}xx`)
    if (tx.isOver) {
      this.call?.abort()
      return
    }
    const fields = Fields.from(response.fields)
    fields.delete('content-length')
    for (const name of CONSUMED_FIELDS) fields.delete(name)
    fields.append('via', `1.1 ${tx.context.limits.viaName}`)
    fields.append(
      'cache-status',
      cacheStatus({
        cache: tx.context.limits.cacheName,
        fwd: 'bypass',
        fwdStatus: response.status,
        detail: 'upgrade-refused',
      }),
    )
    tx.status = response.status
    this.#flow = new BodyFlow(null, tx.context.limits.windowBytes, tx.context.envelope, {
      pause: () => this.call?.pause(),
      resume: () => this.call?.resume(),
      unread: () => this.call?.abort(),
    })
    follow(tx, this.#flow, tx.exchange.begin({ status: response.status, fields }, response.bodyBytes))
  }

  data(chunk: Buffer): void {
    this.#guarded(() => this.#flow?.push(chunk))
  }

  end(): void {
    this.#guarded(() => this.#flow?.complete())
  }

  failed(error: OriginError): void {
    this.#guarded(() => this.#fail(error))
  }

  upgraded(response: OriginResponse, socket: Duplex, early: Buffer): void {
    this.#guarded(() => this.#join(response, socket, early))
  }

  /** The client has left: the origin's answer is of no use to anybody. */
  abandon(): void {
    this.call?.abort()
  }

  /** The origin's callbacks are not steps: what goes wrong in one is the request's affair all the same, and nobody else's. */
  #guarded(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.call?.abort()
      drive(this.#tx, this.#tx.caught(error))
    }
  }

  #fail(error: OriginError): void {
    const tx = this.#tx
    this.#count(error.failure)
    if (this.#flow !== null) {
      this.#flow.break()
      return
    }
    if (tx.isOver) return
    const status = statusOfFailure(error.failure)
    const body = `${status} ${reasonPhrase(status)}\n`
    const headers = retryAfter(error.retryAfterMs)
    drive(tx, tx.synthesize({ kind: 'synth', status, headers, body }, 'error', `origin-${error.failure}`))
  }

  #join(response: OriginResponse, origin: Duplex, early: Buffer): void {
    const tx = this.#tx
    this.#count('1xx')
    if (tx.isOver) {
      origin.destroy()
      return
    }
    tx.status = 101
    const { context, exchange } = tx
    const client = exchange.upgrade(tx.request.upgrade ?? '', response.fields)
    joinSockets(
      { socket: client.socket, early: client.early },
      { socket: origin, early },
      { clock: context.clock, idleMs: context.limits.pipeIdleMs },
    )
  }

  #count(result: Parameters<ReturnType<Transaction['context']['recorder']['origin']>['fetched']>[0]): void {
    const counts = this.#tx.context.recorder.origin(this.#originName)
    counts.fetched(result)
    counts.firstByte.observe(this.#tx.clock.now() - this.#startedAt)
  }
}
