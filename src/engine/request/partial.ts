/**
 * A stored response of which only a stretch is there (RFC 9111 §3.3). It answers a range that lies within it, while it is fresh, and
 * nothing else; for all else, the fetch that follows completes it where that is possible.
 */
import { currentAge } from '../../http/age.ts'
import { decodeHead } from '../../http/head.ts'
import { judgeReuse } from '../../http/reuse.ts'
import { StoredFlag } from '../../http/stored-flag.ts'
import { NO_SLOT } from '../../store/store.ts'
import { heldStretch } from '../stretch.ts'
import type { RequestStep, Transaction } from '../transaction.ts'
import { asksForRange, lieWithin, rangeAnswer } from './deliver-range.ts'

/** lookup has found `tx.partial` and nothing complete. */
export function foundPartial(tx: Transaction): RequestStep {
  const { store } = tx.context
  const { partial } = tx
  if (tx.request.fields.has('authorization') && (store.flags(partial) & StoredFlag.authorized) === 0) {
    tx.partial = NO_SLOT
    tx.isHitForMiss = true
    tx.fwd = 'request'
    tx.reason = 'authorization'
    return tx.steps.miss
  }
  tx.ageMs = currentAge(store.initialAgeMs(partial), store.storedAt(partial), tx.now)
  if (isFresh(tx) && holdsAllThatIsAsked(tx)) {
    tx.slot = partial
    tx.outcome = 'hit'
    return tx.steps.hit
  }
  tx.fwd = 'partial'
  return tx.steps.miss
}

function isFresh(tx: Transaction): boolean {
  const { store } = tx.context
  const { partial } = tx
  const reuse = judgeReuse(
    store.flags(partial),
    store.lifetimeMs(partial),
    store.graceMs(partial),
    tx.ageMs,
    tx.directives,
  )
  return reuse === 'fresh'
}

function holdsAllThatIsAsked(tx: Transaction): boolean {
  const { store } = tx.context
  const { partial } = tx
  if (!asksForRange(tx)) return false
  const held = heldStretch(store, partial)
  if (held === null) return false
  const answer = rangeAnswer(tx, {
    fields: decodeHead(store.head(partial)).fields,
    etag: store.etag(partial),
    lastModified: store.lastModified(partial),
    completeBytes: held.completeBytes,
  })
  return answer.kind === 'ranges' && lieWithin(answer.ranges, held)
}
