/**
 * The naive model, part four: the decisions of a shared cache about one response and one later request, sentence by sentence
 * from RFC 9111 §3, §4 and §5.2.1, RFC 5861 and RFC 8246. Times in milliseconds.
 */
import { date, firstLine, joined, seconds, splitDirectives, splitList, type Lines } from './naive-fields.ts'
import { whatItSays } from './naive-control.ts'
import { sameVariant, varyOf } from './naive-vary.ts'

export interface Exchange {
  readonly method: string
  readonly request: Lines
  readonly status: number
  readonly response: Lines
  /** How long the origin took, and what our wall clock showed when its response was there. */
  readonly delay: number
  readonly wall: number
}

const HEURISTIC = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]
const PROVOKED = [400, 413, 414, 416, 417, 421, 426, 431]

/** §4.2.1. `given` says whether the origin gave it; null stands for no lifetime at all. */
export function lifetime(x: Exchange): { ms: number; given: boolean } | null {
  const { numbers, holds, field } = whatItSays(x.response)
  const responseDate = date(firstLine(x.response, 'date') ?? '', x.wall) ?? x.wall
  for (const name of ['s-maxage', 'max-age']) {
    const number = numbers.get(name)
    if (number !== undefined)
      return Number.isNaN(number) ? { ms: 0, given: false } : { ms: number * 1000, given: true }
  }
  const expires = firstLine(x.response, 'expires')
  if (expires !== null && (field === 'cache-control' || field === null)) {
    const at = date(expires, x.wall)
    if (at === null) return { ms: 0, given: false }
    return { ms: Math.min(Math.max(at - responseDate, 0), (2 ** 31 - 1) * 1000), given: true }
  }
  // §4.2.2. A Cookie in the request may have made the answer somebody's own.
  if (joined(x.request, 'cookie') !== null) return null
  const heuristic = HEURISTIC.includes(x.status) && !PROVOKED.includes(x.status)
  const modified = date(firstLine(x.response, 'last-modified') ?? '', x.wall)
  if (!(heuristic || holds.has('public')) || modified === null || modified >= responseDate) return null
  return { ms: Math.min(Math.floor((responseDate - modified) / 10), 86_400_000), given: false }
}

/** §4.2.3, `since` milliseconds after the response came. */
export function age(x: Exchange, since: number): number {
  const responseDate = date(firstLine(x.response, 'date') ?? '', x.wall)
  // Date has whole seconds, so our clock is read in whole seconds beside it.
  const apparent = responseDate === null ? 0 : Math.max(0, Math.floor(x.wall / 1000) * 1000 - responseDate)
  const value = seconds(splitList(joined(x.response, 'age') ?? '')[0] ?? '') ?? 0
  return Math.max(apparent, value * 1000 + x.delay) + since
}

/** §3, and what keeps a shared cache safe. */
export function mayStore(x: Exchange): boolean {
  const { numbers, holds, field } = whatItSays(x.response)
  const fresh = lifetime(x)
  const understands = holds.has('must-understand') && x.status < 600 && UNDERSTOOD.test(String(x.status))
  const sMaxage = numbers.has('s-maxage') && !Number.isNaN(numbers.get('s-maxage'))
  const has = (name: string): boolean => joined(x.response, name) !== null
  const validator =
    x.status === 200 &&
    (/^(W\/)?"[!\x23-\x7e\x80-\xff]*"$/.test(joined(x.response, 'etag') ?? '') ||
      date(joined(x.response, 'last-modified') ?? '', 0) !== null)
  const neverStale =
    ['must-revalidate', 'proxy-revalidate'].some((n) => holds.has(n)) || numbers.has('s-maxage')
  const window =
    ['stale-while-revalidate', 'stale-if-error'].some((n) => (numbers.get(n) ?? 0) > 0) && !neverStale
  const useful = holds.has('no-cache')
    ? validator && (fresh !== null || holds.has('public') || HEURISTIC.includes(x.status))
    : fresh !== null && (fresh.ms > 0 || validator || window)
  return [
    x.method === 'GET',
    joined(x.request, 'range') === null || x.status === 200 || isUsefulPart(x),
    x.status >= 200 && x.status <= 599 && x.status !== 304,
    (x.status !== 206 && !has('content-range')) || isUsefulPart(x),
    !wishes(x.request).noStore,
    !holds.has('must-understand') || understands,
    !holds.has('no-store') || understands,
    !holds.has('private'),
    joined(x.request, 'authorization') === null ||
      holds.has('public') ||
      holds.has('must-revalidate') ||
      sMaxage,
    varyOf(x.response) !== null,
    !has('set-cookie') || holds.has('public') || sMaxage || (field !== null && field !== 'cache-control'),
    !PROVOKED.includes(x.status) || fresh?.given === true,
    useful,
  ].every(Boolean)
}

/** §3.3, §3.4: a part that was asked for, of which one knows what it takes to complete it. */
function isUsefulPart(x: Exchange): boolean {
  const [, first, last, complete] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(joined(x.response, 'content-range') ?? '') ?? []
  return [
    x.status === 206,
    joined(x.request, 'range') !== null,
    first !== undefined && Number(first) <= Number(last) && Number(last) < Number(complete),
    /^"[!\x23-\x7e\x80-\xff]*"$/.test(joined(x.response, 'etag') ?? ''),
  ].every(Boolean)
}

/** The statuses of RFC 9110 §15 and RFC 6585, RFC 7725, that are final and not about conditions. */
const UNDERSTOOD = /^(20[0-6]|30[0-3]|30[78]|40[0-689]|41[0-7]|42[1268]|429|431|451|50[0-5]|511)$/

/** What has happened since the response was stored, and what the operator allows. */
export interface Circumstances {
  readonly since: number
  /** Grace of the operator's, where the response says nothing of stale-while-revalidate. */
  readonly grace: number
  readonly wasInvalidated: boolean
}

/** §4: whether a stored response may answer the second request without asking the origin. */
export function mayReuse(x: Exchange, request: Lines, c: Circumstances): boolean {
  const { numbers, holds } = whatItSays(x.response)
  const wish = wishes(request)
  const old = age(x, c.since)
  const fresh = (lifetime(x)?.ms ?? 0) > old && !c.wasInvalidated
  const staleness = Math.max(0, old - (lifetime(x)?.ms ?? 0))
  const neverStale =
    ['must-revalidate', 'proxy-revalidate'].some((n) => holds.has(n)) || numbers.has('s-maxage')
  const swr = numbers.get('stale-while-revalidate')
  const grace = swr === undefined ? c.grace : Number.isNaN(swr) ? 0 : swr * 1000
  const graceCounts = staleness < grace && (wish.maxAge === null || wish.maxStale !== null)
  const clientTakesStale = wish.maxStale !== null && staleness <= wish.maxStale
  return [
    sameVariant(x.response, x.request, request),
    joined(request, 'authorization') === null || authorized(x),
    !holds.has('no-cache'),
    !wish.noCache,
    fresh || (!neverStale && (graceCounts || clientTakesStale)),
    wish.maxAge === null || old <= wish.maxAge || (fresh && holds.has('immutable')),
    wish.minFresh === null || (fresh && (lifetime(x)?.ms ?? 0) - old >= wish.minFresh),
  ].every(Boolean)
}

/** §3.5. */
export function authorized(x: Exchange): boolean {
  const { numbers, holds } = whatItSays(x.response)
  const sMaxage = numbers.get('s-maxage')
  return (
    holds.has('public') || holds.has('must-revalidate') || (sMaxage !== undefined && !Number.isNaN(sMaxage))
  )
}

export interface Wishes {
  readonly noCache: boolean
  readonly noStore: boolean
  readonly maxAge: number | null
  readonly maxStale: number | null
  readonly minFresh: number | null
  readonly staleIfError: number
}

/** §5.2.1 and §5.4; what can't be read asks for the most care. */
export function wishes(request: Lines): Wishes {
  const control = joined(request, 'cache-control')
  const words = splitDirectives(control ?? '')
  const pragma = splitList(joined(request, 'pragma') ?? '').some((p) => p.toLowerCase() === 'no-cache')
  const number = (name: string, unreadable: number): number | null => {
    const word = words.find((w) => w.name === name)
    if (word === undefined) return null
    const read = word.ok && word.argument !== null ? seconds(word.argument) : null
    return read === null ? unreadable : read * 1000
  }
  const maxStale = words.find((w) => w.name === 'max-stale')
  return {
    noCache: words.some((w) => w.name === 'no-cache') || (control === null && pragma),
    noStore: words.some((w) => w.name === 'no-store'),
    maxAge: number('max-age', 0),
    maxStale: maxStale?.ok === true && maxStale.argument === null ? Infinity : number('max-stale', 0),
    minFresh: number('min-fresh', (2 ** 31 - 1) * 1000),
    staleIfError: number('stale-if-error', 0) ?? 0,
  }
}

/** RFC 5861 §4: whether it may answer although the origin failed. */
export function mayStandIn(x: Exchange, request: Lines, c: Circumstances): boolean {
  const { numbers, holds } = whatItSays(x.response)
  const wish = wishes(request)
  const old = age(x, c.since)
  const neverStale =
    ['must-revalidate', 'proxy-revalidate'].some((n) => holds.has(n)) || numbers.has('s-maxage')
  const fresh = (lifetime(x)?.ms ?? 0) > old && !c.wasInvalidated
  const staleness = Math.max(0, old - (lifetime(x)?.ms ?? 0))
  const ms = (name: string): number => (numbers.get(name) || 0) * 1000
  const grace = numbers.has('stale-while-revalidate') ? ms('stale-while-revalidate') : c.grace
  const window = Math.max(grace, ms('stale-if-error'), wish.staleIfError)
  return [
    sameVariant(x.response, x.request, request),
    joined(request, 'authorization') === null || authorized(x),
    !holds.has('no-cache') && !wish.noCache,
    fresh || (!neverStale && staleness < window),
  ].every(Boolean)
}
