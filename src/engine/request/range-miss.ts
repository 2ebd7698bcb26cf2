/** What a request for a range fetches, where nothing that is stored answers it: the whole, the range alone, or the range past the store. */
import { LIMITS } from '../../config/limits.ts'
import { readRange } from '../../http/range.ts'
import { NO_SLOT } from '../../store/store.ts'
import type { Transaction } from '../transaction.ts'
import { asksForRange } from './deliver-range.ts'

/**
 * The range to ask the origin for, to be stored as a stretch of the whole; `past` where the client's own Range goes past the store; null
 * where the whole is fetched, of which the client then gets its part.
 */
export function rangeToFetch(tx: Transaction): string | null {
  if (!asksForRange(tx) || tx.request.method !== 'GET' || tx.slot !== NO_SLOT) return null
  const range = tx.request.fields.get('range') ?? ''
  const specs = readRange(range, LIMITS.ranges)
  // What is to be ignored asks for the whole.
  if (specs === null) return null
  // Of late the whole could not be stored: each range would fetch it again.
  if (tx.isHitForMiss) return 'past'
  if (tx.context.limits.rangeMisses === 'whole') return null
  // Several ranges come as multipart, which is not taken apart here.
  return specs.length === 1 && mayBeStored(tx) ? range : 'past'
}

const mayBeStored = (tx: Transaction): boolean =>
  !tx.directives.noStore && !tx.request.fields.has('authorization')
