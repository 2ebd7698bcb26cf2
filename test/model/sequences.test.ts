/**
 * Random stories of an origin, an edge and its visitors, each answer judged by the naive oracle: nothing stale without
 * permission, nothing private, no other variant, a true Age, and one fetch for visitors who come at once.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { World } from '../scenario/world.ts'
import { Oracle, type Recipe, type Visit } from './oracle.ts'
import type { Lines } from './naive-fields.ts'

const TARGETS = ['/a', '/b'] as const
const target = fc.constantFrom(...TARGETS)

const responseControl = fc.constantFrom(
  ...[
    'max-age=10',
    'max-age=10',
    's-maxage=10',
    'max-age=60',
    'public, max-age=10',
    'max-age=0',
    'no-cache',
    'no-store',
  ],
  ...[
    'private, max-age=10',
    'max-age=10, stale-while-revalidate=20',
    'max-age=10, stale-while-revalidate=60',
    'max-age=10, stale-if-error=30',
    '',
  ],
  ...[
    'max-age=10, must-revalidate, stale-while-revalidate=20',
    'max-age=10, immutable',
    'max-age="10"',
    'max-age=x',
  ],
  ...[
    'no-store, must-understand, max-age=10',
    'max-age=10, no-cache="set-cookie"',
    'MAX-AGE=10, max-age=100',
  ],
)

const optional = (name: string, values: readonly string[]): fc.Arbitrary<Lines> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<Lines>([]) },
    { weight: 1, arbitrary: fc.constantFrom(...values).map((value): Lines => [[name, value]]) },
  )

const all = (...parts: fc.Arbitrary<Lines>[]): fc.Arbitrary<Lines> => fc.tuple(...parts).map((p) => p.flat())

const recipe: fc.Arbitrary<Recipe> = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 203, 299, 301, 404, 410, 414, 500),
  fields: all(
    responseControl.map((value): Lines => (value === '' ? [] : [['cache-control', value]])),
    optional('age', ['0', '4', '9', '10', '100', '-1', '5, 20']),
    optional('vary', ['x-v', 'X-V, accept', '*', 'accept']),
    optional('last-modified', ['Wed, 31 Dec 2025 23:58:00 GMT']),
    optional('expires', ['0', 'Thu, 01 Jan 2026 00:00:30 GMT']),
    optional('set-cookie', ['a=1']),
    optional('cdn-cache-control', [
      'max-age=20',
      'no-store',
      'max-age=20, stale-while-revalidate=20',
      'max-age=x',
    ]),
  ),
  hasEtag: fc.constantFrom(true, true, true, false),
  confirms: fc.constantFrom(true, true, true, false),
  fails: fc.constantFrom<Recipe['fails'][]>('no', 'no', 'no', 'no', 'no', 'refused', '503'),
})

const plain = all(optional('x-v', ['1', '2', '']), optional('accept', ['text/html', 'TEXT/html', '*/*']))

const special = all(
  plain,
  optional('cache-control', [
    ...[
      'no-cache',
      'max-age=0',
      'max-age=5',
      'max-stale',
      'max-stale=5',
      'min-fresh=5',
      'no-store',
      'only-if-cached',
    ],
    ...['max-age=3, max-stale=100', 'max-age=x', 'no-cache="x"', 'stale-if-error=60'],
  ]),
  optional('authorization', ['Basic x', 'Basic y']),
  optional('cookie', ['a=1']),
  optional('pragma', ['no-cache']),
  optional('if-none-match', ['"0"', '"1"']),
)

type Act =
  | { readonly kind: 'use'; readonly target: string; readonly recipe: Recipe }
  | { readonly kind: 'visit'; readonly method: string; readonly target: string; readonly lines: Lines }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'crowd'; readonly acts: readonly Act[] }

const use: fc.Arbitrary<Act> = fc.record({ kind: fc.constant('use' as const), target, recipe })
/** The origin confirms what it said, but for how it may be kept. */
const change: fc.Arbitrary<Act> = fc
  .tuple(target, fc.constantFrom('private, max-age=60', 'no-store, max-age=60', 'no-cache', 'max-age=60'))
  .map(([where, control]) => ({
    kind: 'use',
    target: where,
    recipe: { status: 200, fields: [['cache-control', control]], hasEtag: true, confirms: true, fails: 'no' },
  }))
const advance: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant('advance' as const),
  ms: fc.constantFrom(1, 500, 1000, 4000, 9999, 10_000, 11_000, 25_000, 70_000),
})
const visits = (method: fc.Arbitrary<string>, lines: fc.Arbitrary<Lines>): fc.Arbitrary<Act> =>
  fc.record({ kind: fc.constant('visit' as const), method, target, lines })
const visit = visits(fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST'), special)
const onlookers = fc.array(visits(fc.constant('GET'), plain), { minLength: 2, maxLength: 6 })
const mixed = fc.array(fc.oneof({ weight: 4, arbitrary: visit }, { weight: 1, arbitrary: advance }), {
  maxLength: 6,
})
const crowd: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant('crowd' as const),
  acts: fc.oneof(onlookers, mixed),
})

const story = fc.tuple(
  fc.tuple(recipe, recipe),
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: visit },
      { weight: 3, arbitrary: advance },
      { weight: 2, arbitrary: use },
      { weight: 1, arbitrary: change },
      { weight: 2, arbitrary: crowd },
    ),
    { minLength: 4, maxLength: 14 },
  ),
)

interface Tally {
  visits: number
  asked: number
  crowds: number
  stale: number
  confirmed: number
}

class Stage {
  readonly world = new World()
  readonly oracle: Oracle
  readonly #pending: Visit[] = []
  readonly #tally: Tally

  constructor(recipes: readonly Recipe[], tally: Tally) {
    this.oracle = new Oracle(this.world)
    this.#tally = tally
    for (const [i, one] of recipes.entries()) this.oracle.use(TARGETS[i]!, one)
  }

  play(act: Act): void {
    switch (act.kind) {
      case 'use':
        this.oracle.use(act.target, act.recipe)
        return
      case 'advance':
        this.world.clock.advance(act.ms)
        return
      case 'visit':
        this.#visitAlone(act)
        return
      case 'crowd':
        this.#crowd(act.acts)
    }
  }

  #visitAlone(act: Act & { kind: 'visit' }): void {
    const mustBeHit = act.method === 'GET' && this.oracle.mustBeHit(act.target, act.lines)
    const before = this.world.origin.fetches.length
    const visited = this.oracle.visit(act.method, act.target, act.lines)
    const background = visited.client.cacheStatus.includes('detail=grace') ? 1 : 0
    const asked = this.world.origin.fetches.length - before
    if (mustBeHit)
      assert.ok(asked <= background, `the origin was asked for what is stored: ${visited.client.cacheStatus}`)
    this.#judge(visited)
  }

  #crowd(acts: readonly Act[]): void {
    this.oracle.hold()
    const before = this.world.origin.fetches.length
    for (const act of acts) {
      if (act.kind === 'advance') this.world.clock.advance(act.ms)
      else if (act.kind === 'visit') this.#comeToo(this.oracle.visit(act.method, act.target, act.lines))
    }
    const asked = this.world.origin.fetches.slice(before)
    for (const name of TARGETS)
      this.#countFetches(name, acts, asked.filter((f) => f.request.target === name).length)
    this.oracle.release()
    for (const visited of this.#pending.splice(0)) this.#judge(visited)
    this.#tally.crowds++
  }

  /** Who is answered already is judged by what was true then. */
  #comeToo(visited: Visit): void {
    if (visited.client.end === null) this.#pending.push(visited)
    else this.#judge(visited)
  }

  /** Those who come at once and want the same share one fetch: one for each variant, where Vary is known. */
  #countFetches(name: string, acts: readonly Act[], asked: number): void {
    const there = acts.filter((act) => act.kind === 'visit').filter((act) => act.target === name)
    const isPlain = there.every(
      ({ method, lines }) =>
        method === 'GET' && lines.every(([field]) => field === 'x-v' || field === 'accept'),
    )
    if (!isPlain || acts.some((act) => act.kind === 'advance') || !this.oracle.isShareable(name)) return
    const variants = new Set(there.map(({ lines }) => JSON.stringify(lines))).size
    const limit = this.oracle.hasTold(name) ? variants : 1
    assert.ok(asked <= limit, `${asked} fetches for ${there.length} visitors at once of ${variants} kinds`)
  }

  #judge(visited: Visit): void {
    if (visited.client.method === 'POST') return
    this.oracle.judge(visited)
    this.#tally.visits++
    const { cacheStatus } = visited.client
    if (!cacheStatus.includes('; hit')) this.#tally.asked++
    else if (cacheStatus.includes('ttl=-')) this.#tally.stale++
    if (cacheStatus.includes('fwd-status=304')) this.#tally.confirmed++
  }
}

test('nothing is served that a naive oracle would forbid, in thousands of stories', () => {
  const tally: Tally = { visits: 0, asked: 0, crowds: 0, stale: 0, confirmed: 0 }
  fc.assert(
    fc.property(story, ([recipes, acts]) => {
      const stage = new Stage(recipes, tally)
      for (const act of acts) stage.play(act)
      assert.equal(stage.world.store.figures().draftBytes, 0, 'a draft is held')
    }),
    { numRuns: 3000, seed: 9111 },
  )
  // A story in which nothing happens would prove nothing.
  for (const [what, times] of Object.entries(tally)) assert.ok(times > 50, `${what}: only ${times} times`)
})
