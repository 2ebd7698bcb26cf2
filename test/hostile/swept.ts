/**
 * One swept stream through the whole edge: whatever became of it, the origin saw at most the two requests that are in it, in
 * canonical form, and the one behind only where the one in front was not refused.
 */
import { readResponses } from '../server/raw-client.ts'
import { Ledger, summaryOf } from './ledger.ts'
import type { Stand } from './stand.ts'

const ledgers = new WeakMap<Stand, Ledger>()

/** Throws where it went wrong. */
export async function sweptRight(edge: Stand, stream: string): Promise<void> {
  let ledger = ledgers.get(edge)
  if (ledger === undefined) {
    ledger = new Ledger(edge.origin)
    ledgers.set(edge, ledger)
    edge.origin.answer('HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 2\r\n\r\nok')
  }
  const client = await edge.connect()
  client.send(stream)
  client.fin()
  const text = await client.untilEnd()
  client.close()
  const statuses = readResponses(text, [], true).map(({ status }) => status)
  const seen = (await ledger.take()).map(summaryOf)
  const what = `${JSON.stringify(stream)}\n-> ${statuses.join(' ')}; the origin saw ${JSON.stringify(seen)}`
  const good = statuses.filter((status) => status === 200).length
  const refusedAt = statuses.findIndex((status) => status !== 200)
  if (refusedAt !== -1 && refusedAt !== statuses.length - 1)
    throw new Error(`answered behind a refusal: ${what}`)
  if (seen.length !== good) throw new Error(`not as many as were answered: ${what}`)
  if (!seen.every((each, i) => isKnown(each, i, stream))) throw new Error(`another request: ${what}`)
}

/** A request of the stream: one of those that were meant, or, where the swept byte is in Content-Length, those that it then makes of the bytes. */
function isKnown(seen: string, place: number, stream: string): boolean {
  if (/^(?:(?:GET|POST) \/sweep (?:abcd)?|GET \/next )$/.test(seen)) return true
  const rest = stream.slice(stream.indexOf('\r\n\r\n') + 4)
  const bytes = Number(/\r\nContent-Length:[ \t]*(\d+)[ \t]*\r\n/i.exec(stream)?.[1] ?? 0)
  if (place === 0) return seen === `POST /sweep ${rest.slice(0, bytes)}`
  return seen === `${rest.slice(bytes, rest.indexOf(' '))} /next `
}
