/**
 * What an origin has seen since it was last asked, read strictly. Whatever is left over of a request must be on a
 * connection that was broken off, or some client's bytes still wait to be taken for the rest of another's.
 */
import type { RawConnection, RawOrigin } from '../origin/raw-origin.ts'
import { until } from '../server/server.ts'
import { readStrictly, type ReadRequest } from './strict-reader.ts'

export class Ledger {
  readonly #origin: RawOrigin
  /** How many bytes of each connection have been accounted for; those that are closed and read leave the list. */
  readonly #open = new Map<RawConnection, number>()
  #known = 0

  constructor(origin: RawOrigin) {
    this.#origin = origin
  }

  /** Requests that came complete since the last time, connection by connection. Throws where one is not canonical. */
  async take(): Promise<ReadRequest[]> {
    for (const connection of this.#origin.connections.slice(this.#known)) this.#open.set(connection, 0)
    this.#known = this.#origin.connections.length
    const requests: ReadRequest[] = []
    for (const [connection, from] of this.#open) {
      const unread = (): string => connection.received.toString('latin1', from)
      if (readStrictly(unread()).rest !== '') {
        // Its last bytes may still be on their way, or its end.
        await until(() => connection.isClosed || readStrictly(unread()).rest === '')
      }
      const reading = readStrictly(unread())
      requests.push(...reading.requests)
      if (connection.isClosed) this.#open.delete(connection)
      else this.#open.set(connection, from + unread().length - reading.rest.length)
    }
    return requests
  }
}

/** `METHOD target body`. */
export function summaryOf(request: ReadRequest): string {
  return `${request.method} ${request.target} ${request.body}`
}
