/**
 * What it costs to find the route of a request among 10, 100 and 1,000: as the index does it, and by trying one after the
 * other. The requests are drawn evenly from what the routes take and from what none does.
 *
 *   node --conditions=lacquer-source bench/micro/routes.ts [rounds]
 *
 * Prints nanoseconds of CPU each, the least of the rounds; 1,000 routes should cost at most 1.2 times what 10 do.
 */
import { Pattern } from '../../src/policy/match.ts'
import { first, RouteIndex } from '../../src/policy/route-index.ts'

const COUNTS = [10, 100, 1000]
const REQUESTS = 4096
const LOOPS = 200
const rounds = Number(process.argv[2] ?? 7)

interface Entry {
  readonly pattern: Pattern
}

interface Wanted {
  readonly hostname: string
  readonly path: string
}

/** As sites have them: exact pages, sections, names within, a few hosts of their own. */
function patternOf(i: number): Pattern {
  switch (i % 5) {
    case 0:
      return new Pattern('', `/section-${i}/*`, [])
    case 1:
      return new Pattern('', `/page-${i}`, ['GET', 'HEAD'])
    case 2:
      return new Pattern('', `/things-${i}/:id`, [])
    case 3:
      return new Pattern(`h${i}.example.com`, '/api/*', [])
    default:
      return new Pattern('www.example.com', `/shop-${i}/:category/*`, [])
  }
}

function requestOf(i: number, count: number): Wanted {
  const route = (i * 7919) % count
  if (i % 6 === 5) return { hostname: 'www.example.com', path: `/nothing-${route}/here.html` }
  switch (route % 5) {
    case 0:
      return { hostname: 'www.example.com', path: `/section-${route}/a/b.html` }
    case 1:
      return { hostname: 'www.example.com', path: `/page-${route}` }
    case 2:
      return { hostname: 'www.example.com', path: `/things-${route}/17` }
    case 3:
      return { hostname: `h${route}.example.com`, path: '/api/v1/items' }
    default:
      return { hostname: 'www.example.com', path: `/shop-${route}/hats/red.html` }
  }
}

type Find = (hostname: string, path: string) => Entry | null

function nanosecondsEach(find: Find, requests: readonly Wanted[]): number {
  let found = 0
  const before = process.cpuUsage()
  for (let loop = 0; loop < LOOPS; loop++)
    for (const { hostname, path } of requests) if (find(hostname, path) !== null) found++
  const { user, system } = process.cpuUsage(before)
  if (found === 0) throw new Error('no request has a route')
  return ((user + system) * 1000) / (LOOPS * requests.length)
}

function subjects(): { readonly count: number; readonly index: Find; readonly walk: Find }[] {
  return COUNTS.map((count) => {
    const entries = Array.from({ length: count }, (_, i) => ({ pattern: patternOf(i) }))
    entries.sort((a, b) => a.pattern.compare(b.pattern))
    const index = new RouteIndex(entries)
    return {
      count,
      index: (hostname, path) => index.find(hostname, path, 'GET'),
      walk: (hostname, path) => first(entries, hostname, path, 'GET'),
    }
  })
}

const lanes = subjects().map((subject) => ({
  ...subject,
  requests: Array.from({ length: REQUESTS }, (_, i) => requestOf(i, subject.count)),
  best: { index: Infinity, walk: Infinity },
}))
for (let round = 0; round < rounds; round++) {
  for (const lane of lanes) {
    lane.best.index = Math.min(lane.best.index, nanosecondsEach(lane.index, lane.requests))
    if (round < 2) lane.best.walk = Math.min(lane.best.walk, nanosecondsEach(lane.walk, lane.requests))
  }
}
console.log('routes'.padEnd(8), 'index, ns'.padStart(12), 'one by one, ns'.padStart(16))
for (const { count, best } of lanes)
  console.log(String(count).padEnd(8), best.index.toFixed(0).padStart(12), best.walk.toFixed(0).padStart(16))
const ratio = (lanes.at(-1)?.best.index ?? 0) / (lanes[0]?.best.index ?? 1)
console.log(`1,000 routes cost ${ratio.toFixed(2)} times what 10 do`)
