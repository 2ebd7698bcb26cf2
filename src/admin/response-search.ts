/**
 * Searches what is stored, a page at a time. The store is gone through in slices of a turn each, and one call looks at a bounded number
 * of places, found or not: so it holds up nobody, and a page may be short, or even empty, though more comes behind it.
 */
import { setImmediate } from 'node:timers/promises'
import { LIMITS } from '../config/limits.ts'
import { splitUri } from '../invalidate/ban-facts.ts'
import { isOfHost } from '../invalidate/host-test.ts'
import { NO_SLOT, SCAN_DONE, type Slot } from '../store/store.ts'
import { policyTags, summaryOf, type State, type StoredSource, type Summary } from './stored-summary.ts'

/** What a response must be; what is undefined is not asked. */
export interface Filter {
  /** How its URL begins. */
  readonly prefix: string | undefined
  /** Its host, with its port or without, lower case. */
  readonly host: string | undefined
  readonly tag: string | undefined
  /** `404`, or `4` for the whole class. */
  readonly status: number | undefined
  readonly state: State | undefined
}

export interface Found {
  readonly responses: Summary[]
  /** Where the next page begins; `SCAN_DONE` where there is none. */
  readonly cursor: number
}

export async function searchResponses(
  source: StoredSource,
  filter: Filter,
  from: number,
  limit: number,
  now: () => number,
): Promise<Found> {
  const responses: Summary[] = []
  const isMeant = keyTest(filter)
  let cursor = from
  for (let steps = 0; steps < LIMITS.adminScanSteps; steps += LIMITS.adminScanSlice) {
    const instant = now()
    cursor = source.store.scan(cursor, LIMITS.adminScanSlice, (key, newest) => {
      if (isMeant(key)) collect(source, key, newest, filter, instant, responses)
      return responses.length < limit
    })
    if (cursor === SCAN_DONE || responses.length >= limit) break
    await setImmediate()
  }
  return { responses, cursor }
}

/** Which keys are excluded by themselves: most responses are told by that. */
function keyTest({ prefix, host }: Filter): (key: string) => boolean {
  const isOf = host === undefined ? null : isOfHost(host)
  return (key) =>
    (prefix === undefined || key.startsWith(prefix)) &&
    (isOf === null || isOf({ uri: key, host: splitUri(key).host }))
}

/** Every variant: a page is not ended amid the variants of a key, since a cursor tells keys apart. */
function collect(
  source: StoredSource,
  key: string,
  newest: Slot,
  filter: Filter,
  now: number,
  into: Summary[],
): void {
  const { tag, status, state } = filter
  const { store } = source
  for (let slot = newest; slot !== NO_SLOT; slot = store.nextVariant(slot)) {
    const own = store.status(slot)
    if (status !== undefined && own !== status && Math.floor(own / 100) !== status) continue
    if (tag !== undefined && !policyTags(store, slot).includes(tag)) continue
    const summary = summaryOf(source, key, slot, now)
    if (state === undefined || summary.state === state) into.push(summary)
  }
}
