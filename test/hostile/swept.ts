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
  const known = /^(?:(?:GET|POST) \/sweep (?:abcd)?|GET \/next )$/
  if (!seen.every((each) => known.test(each))) throw new Error(`another request: ${what}`)
}
