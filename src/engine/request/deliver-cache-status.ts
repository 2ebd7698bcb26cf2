/** Cache-Status of what is delivered (RFC 9211). */
import { cacheStatus, type CacheStatus } from '../../http/cache-status.ts'
import type { Transaction } from '../transaction.ts'

/** Age and Cache-Status of what is stored, as field lines. Hot for hits. */
export function storedLines(tx: Transaction): string {
  const { hitLines, limits, store } = tx.context
  const age = toSeconds(tx.ageMs)
  const ttl = ttlSeconds(store.lifetimeMs(tx.slot), tx.ageMs)
  if (tx.outcome === 'hit' && limits.cacheStatusKey === 'off') return hitLines.of(age, ttl)
  return `Age: ${age}\r\nCache-Status: ${storedCacheStatus(tx, ttl)}\r\n`
}

function storedCacheStatus(tx: Transaction, ttl: number): string {
  const { cacheName: name } = tx.context.limits
  if (tx.outcome === 'revalidated' || tx.outcome === 'collapsed') {
    return cacheStatus({
      cache: name,
      fwd: tx.fwd ?? 'stale',
      ...forwardStatus(tx),
      ttlSeconds: ttl,
      stored: true,
      ...collapsed(tx),
      ...shownKey(tx),
    })
  }
  // §2.1: a hit is what was not forwarded; a stale response in place of the origin's failure was.
  const way: CacheStatus = tx.fwd === null ? { hit: true } : { fwd: tx.fwd, ...forwardStatus(tx) }
  return cacheStatus({ cache: name, ...way, ttlSeconds: ttl, ...shownKey(tx), ...detail(tx.reason) })
}

export function busyCacheStatus(tx: Transaction): string {
  const busy = tx.busy!
  const { head } = busy
  const isStored = head.unstored === null
  return cacheStatus({
    cache: tx.context.limits.cacheName,
    fwd: tx.fwd ?? 'miss',
    ...forwardStatus(tx),
    stored: isStored,
    ...collapsed(tx),
    ...(isStored ? { ttlSeconds: ttlSeconds(head.lifetimeMs, head.initialAgeMs) } : {}),
    ...shownKey(tx),
    ...detail(tx.reason === 'method' ? '' : tx.reason),
  })
}

/** The cache key, where the operator wants it shown and there is one (RFC 9211 §2.7). */
export function shownKey(tx: Transaction): CacheStatus {
  return tx.context.limits.cacheStatusKey === 'on' && tx.key !== '' ? { key: tx.key } : {}
}

export const toSeconds = (ms: number): number => Math.floor(ms / 1000)

/** What is left of the lifetime, so that it and the Age shown add up. */
const ttlSeconds = (lifetimeMs: number, ageMs: number): number => toSeconds(lifetimeMs) - toSeconds(ageMs)
const forwardStatus = (tx: Transaction): CacheStatus =>
  tx.busy === null || tx.busy.forwardStatus === 0 ? {} : { fwdStatus: tx.busy.forwardStatus }
const collapsed = (tx: Transaction): CacheStatus => (tx.isLeader ? {} : { collapsed: true })
const detail = (text: string): CacheStatus => (text === '' ? {} : { detail: text })
