/**
 * A random story on the virtual clock: clients, an origin that answers when it likes, and purges of every kind in between. What it did is told
 * to the checker. The same seed tells the same story.
 */
import { readExpression } from '../../src/invalidate/ban-expression.ts'
import { readPurgeTarget, type PurgeRequest } from '../../src/invalidate/purge-target.ts'
import { lookup, pass } from '../../src/policy/api.ts'
import { World, type Client, type ScriptedFetch } from '../scenario/world.ts'
import { PromiseChecker } from './checker.ts'
import { Dice } from './dice.ts'

/** Length of a block of the body, which is the number of its fetch. */
const BLOCK = 8
const BLOCKS = 4
const STEPS = 40

const TARGETS = ['/shop/a', '/shop/b', '/c'] as const
const TAGS: Readonly<Record<string, string>> = { '/shop/a': 'red', '/shop/b': 'red blue', '/c': 'blue' }
const TYPES: Readonly<Record<string, string>> = { '/shop/a': 'image', '/shop/b': 'page', '/c': 'image' }

interface Withdrawal {
  readonly name: string
  readonly request?: PurgeRequest
  readonly ban?: string
  readonly isOf: (target: string) => boolean
}

/** What clients ask for, as the checker is told: `/shop/a?u=1 de`, the last being their language. */
const pathOf = (target: string): string => /^[^? ]*/.exec(target)![0]
const urlOf = (target: string): string => /^[^ ]*/.exec(target)![0]

const hasTag = (target: string, tag: string): boolean => TAGS[pathOf(target)]!.split(' ').includes(tag)

const WITHDRAWALS: readonly Withdrawal[] = [
  ...TARGETS.map((path) => ({
    name: `purge ${path}`,
    request: { url: `http://example.com${path}` },
    isOf: (target: string) => urlOf(target) === path,
  })),
  ...['red', 'blue'].map((tag) => ({
    name: `purge tag ${tag}`,
    request: { tags: [tag] },
    isOf: (target: string) => hasTag(target, tag),
  })),
  { name: 'purge host', request: { host: 'example.com' }, isOf: () => true },
  { name: 'purge prefix', request: { prefix: '/shop' }, isOf: (target) => target.startsWith('/shop') },
  { name: 'purge all', request: { all: true }, isOf: () => true },
  { name: 'ban url', ban: 'req.url ~ "^/shop"', isOf: (target) => target.startsWith('/shop') },
  {
    name: 'ban type',
    ban: 'obj.header.x-type == "image"',
    isOf: (target) => TYPES[pathOf(target)] === 'image',
  },
  {
    name: 'ban for a language',
    ban: 'req.header.x-lang == "de" && obj.header.x-type == "image"',
    isOf: (target) => target.endsWith(' de') && TYPES[pathOf(target)] === 'image',
  },
  { name: 'ban tag', ban: 'obj.tag == "blue" && obj.status < 400', isOf: (target) => hasTag(target, 'blue') },
]

/** One exchange with the origin: what it was when it began is what it says whenever it answers. */
interface Exchange {
  readonly fetch: ScriptedFetch
  readonly number: number
  readonly version: number
  sentBlocks: number
}

interface Asked {
  readonly client: Client
  readonly target: string
  readonly began: number
}

export class Story {
  readonly checker = new PromiseChecker()
  readonly #dice: Dice
  readonly #world: World
  /** Purges that the edge is not told of: the checker must find out. */
  readonly #isPlanted: boolean
  /** Clients ask with queries that make no difference. */
  readonly #hasQueries: boolean
  readonly #versions = new Map<string, number>(TARGETS.map((target) => [target, 1]))
  readonly #exchanges: Exchange[] = []
  readonly #asked: Asked[] = []

  constructor(seed: number, isPlanted = false) {
    this.#dice = new Dice(seed)
    this.#isPlanted = isPlanted
    const keyed = this.#dice.chance(0.3)
    this.#hasQueries = this.#dice.chance(0.3)
    this.#world = new World({
      limits: {
        purgedAtOnce: this.#dice.chance(0.5) ? 0 : 256,
        noVarySearch: this.#hasQueries ? 'on' : 'off',
        maxBans: this.#dice.chance(0.3) ? 3 : 100,
      },
      routes: [
        {
          recv: ({ request }) => (request.headers.has('x-pass') ? pass() : undefined),
          ...(keyed
            ? {
                hash: ({ key }) => {
                  key.add('keyed')
                  return lookup()
                },
              }
            : {}),
        },
      ],
    })
    this.#world.origin.answer = (fetch) => this.#arrived(fetch)
  }

  run(): this {
    for (let i = 0; i < STEPS; i++) {
      this.#step()
      this.#collect()
    }
    while (this.#exchanges.length > 0) this.#answer()
    this.#collect()
    return this
  }

  #step(): void {
    const roll = this.#dice.below(100)
    if (roll < 40) this.#ask()
    else if (roll < 75) this.#answer()
    else if (roll < 90) this.#withdraw()
    else if (roll < 91) this.#failTogether()
    else if (roll < 96) this.#world.clock.advance(this.#dice.pick([0, 1, 3, 10, 70]))
    else this.#write()
  }

  #ask(): void {
    const path = this.#dice.pick(TARGETS)
    const url = this.#hasQueries && this.#dice.chance(0.3) ? `${path}?u=${this.#dice.below(2)}` : path
    const began = this.checker.tick()
    const roll = this.#dice.below(20)
    const send = (method: string, headers: Record<string, string> = {}, body: string | null = null): void => {
      const target = `${url} ${headers['x-lang'] ?? ''}`
      this.#asked.push({ client: this.#world.send(method, url, headers, body), target, began })
    }
    if (roll < 8) send('GET')
    else if (roll < 9) for (let i = 0; i < 3; i++) send('GET')
    else if (roll < 11) send('GET', { 'x-lang': this.#dice.pick(['de', 'fr']) })
    else if (roll < 14)
      send('GET', { 'cache-control': this.#dice.pick(['no-cache', 'max-age=0', 'max-stale']) })
    else if (roll < 16) send('GET', { range: `bytes=${BLOCK}-${3 * BLOCK - 1}` })
    else if (roll < 17) send('HEAD')
    else if (roll < 18) send('HEAD', { 'x-pass': '1' })
    else if (roll < 19) send('GET', { 'x-pass': '1' })
    else send('POST', {}, '')
  }

  /** Several wait for one fetch, something is withdrawn, and the fetch fails: one of them asks again. */
  #failTogether(): void {
    this.#world.clock.advance(70_000)
    const target = this.#dice.pick(TARGETS)
    for (let i = 0; i < 3; i++) {
      const began = this.checker.tick()
      this.#asked.push({ client: this.#world.send('GET', target), target: `${target} `, began })
    }
    this.#withdraw()
    this.#world.clock.advance(this.#dice.pick([0, 10]))
    const last = this.#exchanges.at(-1)
    if (last === undefined || last.sentBlocks !== -1 || last.fetch.isAborted) return
    this.#exchanges.splice(this.#exchanges.indexOf(last), 1)
    last.fetch.fail('closed-before-head')
  }

  #write(): void {
    const target = this.#dice.pick(TARGETS)
    this.#versions.set(target, this.#versions.get(target)! + 1)
  }

  #withdraw(): void {
    const { name, request, ban, isOf } = this.#dice.pick(WITHDRAWALS)
    const isSoft = ban === undefined && this.#dice.chance(0.5)
    const isHidden = this.#isPlanted && this.#dice.chance(0.5)
    const { invalidator } = this.#world.engine
    if (!isHidden && ban !== undefined) {
      const reading = readExpression(ban)
      if (!reading.ok) throw new Error(`no ban: ${ban}`)
      // There may be too many; then nothing is promised.
      if (!invalidator.ban(ban, reading.conditions).ok) return
    }
    if (!isHidden && request !== undefined) {
      const reading = readPurgeTarget(request)
      if (!reading.ok) throw new Error(`no purge: ${name}`)
      if (!invalidator.purge(reading.target, isSoft).ok) return
    }
    this.checker.purged(isSoft ? `soft ${name}` : name, isSoft, isOf)
  }

  #arrived(fetch: ScriptedFetch): void {
    const version = this.#versions.get(pathOf(fetch.url))!
    this.#exchanges.push({ fetch, number: this.checker.fetch(), version, sentBlocks: -1 })
  }

  /** One of those under way comes on, or ends. */
  #answer(): void {
    const exchange = this.#dice.pickOr(this.#exchanges, null)
    if (exchange === null) return
    if (this.#proceed(exchange)) this.#exchanges.splice(this.#exchanges.indexOf(exchange), 1)
  }

  /** Says whether it has ended. */
  #proceed(exchange: Exchange): boolean {
    const { fetch } = exchange
    if (fetch.isAborted) return true
    if (this.#dice.chance(0.1)) {
      const early = this.#dice.pick(['refused', 'closed-before-head'] as const)
      fetch.fail(exchange.sentBlocks === -1 ? early : 'truncated')
      return true
    }
    if (exchange.sentBlocks === -1) return this.#head(exchange)
    if (exchange.sentBlocks < BLOCKS) {
      fetch.data(String(exchange.number).padStart(BLOCK, '0'))
      exchange.sentBlocks++
      return false
    }
    fetch.end()
    return true
  }

  #head(exchange: Exchange): boolean {
    const { fetch, number, version } = exchange
    const target = pathOf(fetch.url)
    const etag = `"${version}"`
    const headers = {
      'cache-control': this.#dice.pick([
        'max-age=60, stale-while-revalidate=60',
        'max-age=60',
        's-maxage=60',
      ]),
      'surrogate-key': TAGS[target]!,
      'x-type': TYPES[target]!,
      'x-confirmed': String(number),
      vary: this.#dice.chance(0.5) ? 'x-lang' : 'accept',
      etag,
      ...(fetch.method === 'POST' ? { 'content-location': fetch.url } : {}),
      ...(this.#dice.chance(0.7) ? { 'no-vary-search': 'params=("u")' } : {}),
    }
    if ((fetch.header('if-none-match') ?? '').includes(etag)) {
      fetch.respond(304, headers)
      return true
    }
    const range = fetch.header('range')
    const first =
      range === undefined || fetch.header('if-range') !== etag ? 0 : Number(/=(\d+)-$/.exec(range)?.[1] ?? 0)
    const bytes = BLOCKS * BLOCK
    if (first > 0 && first % BLOCK === 0 && first < bytes) {
      fetch.head(206, { ...headers, 'content-range': `bytes ${first}-${bytes - 1}/${bytes}` }, bytes - first)
      exchange.sentBlocks = first / BLOCK
      return false
    }
    if (fetch.method === 'HEAD') {
      fetch.head(200, headers, bytes)
      fetch.end()
      return true
    }
    fetch.head(200, headers, bytes)
    exchange.sentBlocks = 0
    return false
  }

  /** What clients have got meanwhile. */
  #collect(): void {
    for (let i = this.#asked.length - 1; i >= 0; i--) {
      const { client, target, began } = this.#asked[i]!
      if (client.end === null) continue
      this.#asked.splice(i, 1)
      if (client.status !== 200 && client.status !== 206) continue
      const confirmed = client.headers.get('x-confirmed')
      this.checker.read({
        target,
        began,
        bodyFrom: blocksOf(client.text),
        confirmedBy: confirmed === undefined ? null : Number(confirmed),
        isFresh: isFresh(client.cacheStatus),
        how: client.cacheStatus,
      })
    }
  }
}

function blocksOf(text: string): number[] {
  const blocks: number[] = []
  for (let at = 0; at + BLOCK <= text.length; at += BLOCK) blocks.push(Number(text.slice(at, at + BLOCK)))
  return blocks
}

/** A response that is served stale says why, or has no time left. */
function isFresh(cacheStatus: string): boolean {
  if (/detail="?(?:grace|client-allows-stale|origin-)/.test(cacheStatus)) return false
  const ttl = /ttl=(-?\d+)/.exec(cacheStatus)
  return ttl === null || Number(ttl[1]) > 0
}
