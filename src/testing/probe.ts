/**
 * Safety lints that have to run the hooks: with made-up requests that differ in one field, on edges of their own. What one request stored
 * and another one gets must be what that other one would have brought itself; and a visitor must not be able to make any number of keys.
 */
import type { Explanation } from '../engine/explain/explanation.ts'
import type { PolicyWarning } from '../policy/lint.ts'
import type { HookName } from '../policy/hooks.ts'
import type { Route } from '../policy/route.ts'
import { withoutComments } from '../policy/source-text.ts'
import { SCAN_DONE, type Store } from '../store/store.ts'
import type { TestHeaders } from './headers.ts'
import { CLIENT_ADDRESS, Reads, tracked } from './tracked-route.ts'

export interface ProbedRequest {
  /** A whole URL. */
  readonly url: string
  readonly headers: TestHeaders
  /** Address of the client. */
  readonly from: string
}

/** What is asked of an edge for tests. */
export interface ProbedEdge {
  readonly store: Store
  readonly origins: ReadonlyMap<
    string,
    { readonly name: string; readonly requests: readonly { readonly method: string; readonly url: string }[] }
  >
  get(url: string, request: Omit<ProbedRequest, 'url'>): { readonly outcome: string }
  settled(): Promise<void>
  explain(url: string, request: Omit<ProbedRequest, 'url'>): Promise<Explanation>
}

export interface Probing {
  readonly routes: readonly Route[]
  /** As the edge calls them, in the same order. */
  readonly names: readonly string[]
  readonly requests: readonly ProbedRequest[]
  /** Words that may mean something to the hooks of a route. */
  readonly wordsOf: (route: string) => readonly string[]
  /** `file:line` of a hook, or what else tells where it is. */
  readonly placeOf: (route: string, hook: HookName) => string
  /** An edge where these routes are in force, whose origins answer with what may be stored. */
  readonly edge: (routes: readonly Route[]) => ProbedEdge
}

/** How many requests are tried, and for how long, all together: many routes are not worth minutes. */
const MAX_RUNS = 2000
const MAX_MS = 5000
/** As many values of a field as no policy tells apart on purpose. */
const MANY = 12

export async function probe(probing: Probing): Promise<PolicyWarning[]> {
  const prober = new Prober(probing)
  for (const request of probing.requests) await prober.look(request)
  return prober.warnings
}

/** What one request brings about on an edge where nothing is stored yet. */
interface Outcome {
  readonly edge: ProbedEdge
  readonly reads: Reads
  /** All that others who are given the same stored response would get of this request's making. */
  readonly making: string
}

class Prober {
  readonly warnings: PolicyWarning[] = []
  readonly #probing: Probing
  readonly #until = performance.now() + MAX_MS
  #runs = 0

  constructor(probing: Probing) {
    this.#probing = probing
  }

  async look(request: ProbedRequest): Promise<void> {
    if (this.#isSpent()) return
    const first = await this.#run(request)
    for (const field of first.reads.fields) {
      if (this.#isSpent()) return
      await this.#compare(request, first, field)
      await this.#count(request, first, field)
    }
  }

  #isSpent(): boolean {
    return this.#runs > MAX_RUNS || performance.now() > this.#until
  }

  /** Whether what the request stored is given to one that differs in `field`, and would have made something else. */
  async #compare(request: ProbedRequest, first: Outcome, field: string): Promise<void> {
    for (const other of changed(request, field, this.#wordsFor(first, field))) {
      this.#runs++
      const { decision } = await first.edge.explain(other.url, other)
      if (decision.outcome !== 'hit') continue
      const fresh = await this.#run(other)
      if (fresh.making === first.making) continue
      // What is different each time, by chance or by a clock of its own, is no matter of the field.
      if ((await this.#run(request)).making !== first.making) return
      this.#warn('unkeyed-read', first.reads, field, UNKEYED(field))
      return
    }
  }

  async #count(request: ProbedRequest, first: Outcome, field: string): Promise<void> {
    const names = field === 'cookie' ? this.#wordsFor(first, field) : ['']
    for (const name of names) {
      const keys = new Set<string>()
      for (let i = 0; i < MANY; i++) {
        this.#runs++
        const { url, headers, from } = withValue(
          request,
          field,
          name === '' ? anyValue(i) : `${name}=${anyValue(i)}`,
          i,
        )
        const { key } = await first.edge.explain(url, { headers, from })
        if (key !== null) keys.add(key.key)
      }
      if (keys.size < MANY) continue
      this.#warn('unbounded-key', first.reads, field, UNBOUNDED(field))
      return
    }
  }

  #wordsFor({ reads }: Outcome, field: string): readonly string[] {
    return this.#probing.wordsOf(reads.readerOf(field)?.route ?? '')
  }

  async #run(request: ProbedRequest): Promise<Outcome> {
    this.#runs++
    const { routes, names } = this.#probing
    const reads = new Reads()
    const edge = this.#probing.edge(routes.map((route, i) => tracked(route, names[i] ?? '', reads)))
    await ask(edge, request)
    const asked = [...edge.origins.values()].flatMap(({ name, requests }) =>
      requests.map(({ method, url }) => `${name} ${method} ${url}`),
    )
    return { edge, reads, making: JSON.stringify([asked, reads.changes, heads(edge)]) }
  }

  #warn(lint: PolicyWarning['lint'], reads: Reads, field: string, text: string): void {
    const { route, hook } = reads.readerOf(field) ?? { route: '', hook: 'recv' as const }
    const where = this.#probing.placeOf(route, hook)
    const isKnown = this.warnings.some(
      (known) => known.lint === lint && known.where === where && known.text === text,
    )
    if (!isKnown) this.warnings.push({ lint, route, where, text })
  }
}

const shown = (field: string): string =>
  field === CLIENT_ADDRESS ? `the ${field}` : `the request's ${field}`

const UNKEYED = (field: string): string =>
  `what is stored depends on ${shown(field)}, and is given to requests with another one: add what depends on it to the key in hash, have the origin name it in Vary, or decide it in deliver`

const UNBOUNDED = (field: string): string =>
  `a visitor makes another key with each value of ${shown(field)}: put one of a few values into the key`

async function ask(edge: ProbedEdge, { url, headers, from }: ProbedRequest): Promise<void> {
  if (edge.get(url, { headers, from }).outcome === 'pending') await edge.settled()
}

/** All that is stored, but what only tells when it was. */
function heads(edge: ProbedEdge): string[] {
  const { store } = edge
  const found: string[] = []
  let cursor = 0
  do {
    cursor = store.scan(cursor, 1000, (_, slot) => {
      const times = [store.lifetimeMs(slot), store.graceMs(slot), store.keepMs(slot)]
      found.push(JSON.stringify([store.head(slot), store.flags(slot), times, store.tags(slot)]))
      return true
    })
  } while (cursor !== SCAN_DONE)
  return found.sort()
}

const anyValue = (i: number): string => `lacquer-probe-${(i * 7919 + 104_729).toString(36)}`

/** The same request with other values of one field: none, what the policy names, and what browsers send. */
function changed(request: ProbedRequest, field: string, words: readonly string[]): ProbedRequest[] {
  if (field === CLIENT_ADDRESS)
    return ['198.51.100.7', '10.0.0.1', '2001:db8::7', '127.0.0.1'].map((from) => ({ ...request, from }))
  const values = field === 'cookie' ? cookiesOf(words) : [...(TYPICAL[field] ?? []), ...words, anyValue(1)]
  const without = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== field),
  )
  return [{ ...request, headers: without }, ...values.map((value, i) => withValue(request, field, value, i))]
}

function withValue(request: ProbedRequest, field: string, value: string, i: number): ProbedRequest {
  if (field === CLIENT_ADDRESS) return { ...request, from: `198.51.100.${i + 1}` }
  const others = Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== field)
  return { ...request, headers: { ...Object.fromEntries(others), [field]: value } }
}

function cookiesOf(words: readonly string[]): string[] {
  const names = words.filter((word) => /^[\w-]+$/.test(word))
  return names.flatMap((name) => [anyValue(1), ...names].map((value) => `${name}=${value}`)).slice(0, 60)
}

const TYPICAL: Readonly<Record<string, readonly string[]>> = {
  accept: ['image/avif,image/webp', 'text/html', 'application/json'],
  'accept-encoding': ['br', 'gzip', 'identity'],
  'accept-language': ['de', 'fr', 'en'],
  'user-agent': [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
    'Googlebot/2.1',
  ],
}

/** Words in quotes in the text of hooks and of files: names of cookies, classes, languages; not what is imported from where. */
export function wordsIn(texts: readonly string[]): string[] {
  const words = new Set<string>()
  for (const text of texts)
    for (const [, word = ''] of withoutComments(text)
      .replace(/\bfrom\s*(['"])[^'"\n]*\1/g, '')
      .matchAll(/['"`]([\w.:/ -]{1,40})['"`]/g))
      if (words.size < 16) words.add(word)
  return [...words]
}
