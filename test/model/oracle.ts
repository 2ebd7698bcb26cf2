/**
 * A naive cache oracle: it watches what an origin said and when, and judges what a client was then given. It does not say
 * what a cache must do, only what it may: no response from the store that the RFCs, as `naive-cache.ts` reads them, forbid.
 */
import assert from 'node:assert/strict'
import { formatHttpDate } from '../../src/http/date.ts'
import { LIMITS, type Client, type ScriptedFetch, type World } from '../scenario/world.ts'
import { age, lifetime, mayReuse, mayStandIn, mayStore, wishes, type Exchange } from './naive-cache.ts'
import { whatItSays } from './naive-control.ts'
import { joined, type Lines } from './naive-fields.ts'
import { sameVariant } from './naive-vary.ts'

/** How the origin answers for one target, until told otherwise. */
export interface Recipe {
  readonly status: number
  readonly fields: Lines
  readonly hasEtag: boolean
  /** Answers a matching If-None-Match with 304; else the representation is a new one each time. */
  readonly confirms: boolean
  readonly fails: 'no' | 'refused' | '503'
}

/** What the origin said of one body: first when it sent it, and again each time it confirmed it. */
interface Version {
  readonly exchange: Exchange
  readonly leader: string
  /** Said to one client past the store. */
  readonly isPassed: boolean
  readonly askedAt: number
  readonly receivedAt: number
}

interface Told {
  readonly target: string
  readonly text: string
  readonly versions: Version[]
}

export interface Visit {
  readonly id: string
  readonly client: Client
  readonly target: string
  readonly lines: Lines
  readonly arrivedAt: number
}

/** The parameter `breakerFailures`. */
const BREAKER_FAILURES = 5

export class Oracle {
  readonly #world: World
  readonly #recipes = new Map<string, Recipe>()
  readonly #told: Told[] = []
  readonly #requests = new Map<string, Lines>()
  readonly #current = new Map<string, number>()
  readonly #failedAt = new Map<string, number>()
  readonly #failedAtClock = new Map<string, number>()
  /** Times in a row that the origin could not be reached; when it could again after many. */
  #refusals = 0
  #backAt = -1
  readonly #withdrawnAt = new Map<string, number>()
  readonly #lastOf = new Map<string, Version>()
  /** Targets of which the answer to a HEAD may have said that what is stored is no longer true. */
  readonly #unsure = new Set<string>()
  readonly #clockOf = new WeakMap<Version, number>()
  readonly #askedAt = new WeakMap<ScriptedFetch, number>()
  /** Counts what happens, so that one thing can be told to be before another at one and the same time. */
  #events = 0
  #held: ScriptedFetch[] | null = null
  #visits = 0

  constructor(world: World) {
    this.#world = world
    world.origin.answer = (fetch) => {
      this.#askedAt.set(fetch, this.#events++)
      if (this.#held !== null && fetch.request.method !== 'POST') this.#held.push(fetch)
      else this.#answer(fetch)
    }
  }

  use(target: string, recipe: Recipe): void {
    this.#recipes.set(target, recipe)
  }

  visit(method: string, target: string, lines: Lines): Visit {
    const id = String(++this.#visits)
    this.#requests.set(id, lines)
    const arrivedAt = this.#events++
    const headers = Object.fromEntries([...lines, ['x-visit', id]])
    const client = this.#world.send(method, target, headers, method === 'POST' ? 'content' : null)
    return { id, client, target, lines, arrivedAt }
  }

  /** The origin takes its time, until `release`. */
  hold(): void {
    this.#held = []
  }

  get heldFetches(): number {
    return this.#held?.length ?? 0
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const fetch of held) this.#answer(fetch)
  }

  /** Whether the origin's last word on the target lets simultaneous requests share one fetch; true where there was none. */
  isShareable(target: string): boolean {
    const last = this.#lastOf.get(target)
    const failedAt = this.#failedAt.get(target) ?? -1
    if (last === undefined || failedAt > last.receivedAt) return failedAt === -1
    if (this.#isWithdrawn(target, last.askedAt) || this.#unsure.has(target)) return false
    const { exchange } = last
    const isFresh = (lifetime(exchange)?.ms ?? 0) > age(exchange, 0)
    return mayStore(exchange) && isFresh && !whatItSays(exchange.response).holds.has('no-cache')
  }

  hasTold(target: string): boolean {
    return this.#lastOf.has(target)
  }

  /** Whether the origin's last word on the target is in force, and answers this request without another. */
  mustBeHit(target: string, lines: Lines): boolean {
    const last = this.#lastOf.get(target)
    if (last === undefined || this.#isWithdrawn(target, last.askedAt) || this.#unsure.has(target))
      return false
    return mayStore(last.exchange) && mayReuse(last.exchange, lines, this.#since(last))
  }

  /** Everything that must be true of an answer. */
  judge(visit: Visit): void {
    const { client, target, lines } = visit
    assert.equal(client.end, 'complete', 'an exchange that does not end')
    const number = client.headers.get('x-body')
    if (number === undefined) {
      this.#judgeError(visit)
      return
    }
    const told = this.#told[Number(number)]!
    assert.equal(told.target, target, 'the body of another target')
    if (client.method === 'GET' && client.status !== 304) assert.equal(client.text, told.text)
    if (client.status === 304) assert.equal(joined(lines, 'if-none-match'), client.headers.get('etag'))
    // What refreshed it in the background was brought by this visit, but not for it.
    const isRefreshed = client.cacheStatus.includes('detail=grace')
    const brought = told.versions.filter(({ leader }) => leader === visit.id)
    const own = isRefreshed ? undefined : brought.at(-1)
    // What could not be stored because of the request alone has left what is stored as it was.
    const shared = told.versions.filter(
      (one) => !one.isPassed && !brought.includes(one) && !isRequestsFault(one.exchange),
    )
    const mine = shared.filter(({ exchange }) => sameVariant(exchange.response, exchange.request, lines))
    const version = own ?? mine.at(-1) ?? shared.at(-1)
    assert.ok(version !== undefined, 'a response that went past the store comes from the store')
    this.#judgeAge(client, version, own !== undefined)
    if (own === undefined) this.#judgeReuse(visit, version)
  }

  #judgeError({ client, target, lines, arrivedAt }: Visit): void {
    const failed = this.#hasFailed(target, client, arrivedAt)
    const nothingStored =
      client.status === 504 && (joined(lines, 'cache-control') ?? '').includes('only-if-cached')
    assert.ok(failed || nothingStored, `${client.status}, and nothing had failed: ${client.cacheStatus}`)
  }

  #judgeAge(client: Client, version: Version, isOwn: boolean): void {
    const expected = Math.floor(age(version.exchange, this.#since(version).since) / 1000)
    const shown = client.headers.get('age')
    if (!isOwn) assert.equal(shown, String(expected), 'Age')
    else if (expected > 0 && mayStore(version.exchange))
      assert.ok(Number(shown) >= expected, `Age ${shown} of what is ${expected} old`)
  }

  #judgeReuse({ id, client, target, lines, arrivedAt }: Visit, version: Version): void {
    const { exchange } = version
    const said = `visit ${id} was given what visit ${version.leader} had brought`
    assert.ok(mayStore(exchange), `${said}, which must not be stored`)
    assert.ok(
      !this.#isWithdrawn(target, version.askedAt) || arrivedAt < (this.#withdrawnAt.get(target) ?? -1),
      `${said}, which had been withdrawn`,
    )
    // What came while it waited has been asked of the origin as it may wish.
    const hasWaited = version.receivedAt > arrivedAt
    const wished = hasWaited ? lines.filter(([name]) => !['cache-control', 'pragma'].includes(name)) : lines
    const since = this.#since(version)
    const failed = this.#hasFailed(target, client, arrivedAt)
    assert.ok(
      mayReuse(exchange, wished, since) || (failed && mayStandIn(exchange, lines, since)),
      `${said}, which is not for it: ${JSON.stringify({ exchange, lines, since, wishes: wishes(lines) })}`,
    )
  }

  /** While it was there, or so recently that it is remembered. */
  #hasFailed(target: string, client: Client, arrivedAt: number): boolean {
    if ((this.#failedAt.get(target) ?? -1) >= arrivedAt) return true
    // The breaker is the whole origin's. The refresh that such an answer calls for may have found it back.
    if (client.cacheStatus.endsWith('detail=origin-breaker-open'))
      return this.#refusals >= BREAKER_FAILURES || this.#backAt >= arrivedAt
    const agoMs = this.#world.clock.now() - (this.#failedAtClock.get(target) ?? -Infinity)
    return client.cacheStatus.endsWith('detail=failed-recently') && agoMs < LIMITS.failedFetchMs
  }

  #isWithdrawn(target: string, askedAt: number): boolean {
    return askedAt < (this.#withdrawnAt.get(target) ?? -1)
  }

  #since(version: Version): { since: number; grace: number; wasInvalidated: boolean } {
    const since = this.#world.clock.now() - this.#clockOf.get(version)!
    return { since, grace: 0, wasInvalidated: false }
  }

  #answer(fetch: ScriptedFetch): void {
    const { target, method } = fetch.request
    const recipe = this.#recipes.get(target)!
    const now = this.#events++
    // RFC 5861 §4: a server error is a failure, even where it may be stored.
    if (recipe.fails === 'refused') this.#refusals++
    else {
      if (this.#refusals >= BREAKER_FAILURES) this.#backAt = now
      this.#refusals = 0
    }
    if (recipe.fails !== 'no' || recipe.status === 500) {
      this.#failedAt.set(target, now)
      this.#failedAtClock.set(target, this.#world.clock.now())
    }
    if (recipe.fails !== 'no') {
      if (recipe.fails === 'refused') fetch.fail('refused')
      else fetch.respond(503, {}, 'down')
      return
    }
    if (method === 'POST') {
      this.#withdrawnAt.set(target, now)
      fetch.respond(200, {}, 'posted')
      return
    }
    this.#respond(fetch, recipe, now)
  }

  #respond(fetch: ScriptedFetch, recipe: Recipe, receivedAt: number): void {
    const { clock } = this.#world
    const { target, method } = fetch.request
    const visit = fetch.header('x-visit')!
    const isPassed = method === 'HEAD'
    const condition = fetch.header('if-none-match')
    const current = this.#current.get(condition ?? '')
    const known = current === undefined ? undefined : this.#told[current]
    const confirmed = recipe.confirms && known?.target === target ? known : undefined
    const number = confirmed === undefined ? this.#told.length : current!
    const etag = `"${number}"`
    const response: Lines = [
      ['date', formatHttpDate(clock.wall())],
      ['x-body', String(number)],
      ...(recipe.hasEtag || confirmed !== undefined ? [['etag', etag] as const] : []),
      ...recipe.fields,
    ]
    const before = confirmed?.versions.at(-1)!.exchange.response ?? []
    const names = response.map(([name]) => name)
    const version: Version = {
      exchange: {
        method: 'GET',
        request: this.#requests.get(visit)!,
        status: confirmed === undefined ? recipe.status : confirmed.versions[0]!.exchange.status,
        response: [...before.filter(([name]) => !names.includes(name) && name !== 'age'), ...response],
        delay: clock.now() - fetch.sentAt,
        wall: clock.wall(),
      },
      leader: visit,
      isPassed,
      askedAt: this.#askedAt.get(fetch)!,
      receivedAt,
    }
    this.#clockOf.set(version, clock.now())
    if (confirmed === undefined) {
      const text = `body ${number} of ${target}`
      this.#told.push({ target, text, versions: [version] })
      this.#current.set(etag, number)
    } else confirmed.versions.push(version)
    const headers: Record<string, string[]> = {}
    for (const [name, value] of response) (headers[name] ??= []).push(value)
    if (confirmed === undefined) fetch.respond(recipe.status, headers, this.#told[number]!.text)
    else fetch.respond(304, headers)
    // Not before: others may have been answered meanwhile, and it is the last one complete that is kept.
    if (isPassed) this.#unsure.add(target)
    else this.#unsure.delete(target)
    if (version.exchange.status === 500) this.#lastOf.delete(target)
    else if (!isPassed) this.#lastOf.set(target, version)
  }
}

/** Its no-store or its Cookie, and nothing that the origin said, keeps the response from being stored. */
function isRequestsFault(exchange: Exchange): boolean {
  const request = exchange.request.filter(([name]) => name !== 'cookie' && name !== 'cache-control')
  return !mayStore(exchange) && mayStore({ ...exchange, request })
}
