/** A client that is not there: the exchange of a transaction that is only explained. What is sent to it goes nowhere; its status is kept. */
import { Fields, type ReadonlyFields } from '../../http/fields.ts'
import type { Slot, Store } from '../../store/store.ts'
import type { BodySink, ClientExchange, EncodedHead, ResponseHead } from '../exchange.ts'
import type { ExplainRequest } from './explanation.ts'

/** What a client goes on with that never takes anything. */
const NOWHERE: BodySink = { write: () => false, end: () => undefined, abort: () => undefined }

export class ExplainedExchange implements ClientExchange {
  readonly method: string
  readonly target: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly host: string
  readonly fields: ReadonlyFields
  readonly minorVersion = 1
  readonly clientAddress: string
  readonly peerAddress: string
  readonly peerIsTrusted = false
  readonly receivedAt: number
  readonly hasBody = false
  readonly bodyBytes = 0
  readonly receivedBytes = 0
  readonly sentBytes = 0
  readonly refusal = null
  ended = null
  drained = null
  /** Of the answer; 0 where there is none yet. */
  status = 0

  constructor(request: ExplainRequest, now: number) {
    this.method = request.method
    this.target = request.target
    this.scheme = request.scheme
    this.authority = request.authority
    this.host = request.authority
    this.fields = Fields.of(['host', request.authority], ...request.headers)
    this.clientAddress = request.address
    this.peerAddress = request.address
    this.receivedAt = now
  }

  body(): never {
    throw new Error('a request that is explained has no body')
  }

  whenBodyHeld(held: () => void): void {
    held()
  }

  informational(): void {
    return
  }

  sendStored(store: Store, slot: Slot): void {
    this.status = store.status(slot)
  }

  send({ status }: ResponseHead): void {
    this.status = status
  }

  sendNotModified(): void {
    this.status = 304
  }

  begin({ status }: ResponseHead | EncodedHead): BodySink {
    this.status = status
    return NOWHERE
  }

  upgrade(): never {
    throw new Error('a request that is explained has no connection')
  }

  destroy(): void {
    return
  }
}
