/** Withdrawing under load: single purges beside hits, a tag that many responses bear, and bans that are worked off. */
import { eachOf, originCount } from '../check.ts'
import { Client } from '../fetch.ts'
import { finding, ratioFinding, type Finding } from '../findings.ts'
import { lanesFor, withLanes, type LanePlan } from '../lanes.ts'
import { fieldsOf } from '../mix.ts'
import { ratio, spread } from '../ratios.ts'
import { measureRounds, type Measurement } from '../rounds.ts'
import { isWanted } from '../servers.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { USUAL_NEEDS, type RunningSubject } from '../subjects/subject.ts'
import type { LoadResult } from '../tools/load.ts'
import { purgedPath, Purger } from '../tools/purger.ts'
import { besideBans } from './purge-bans.ts'
import { purgeOfManyTagged } from './purge-tag.ts'
import { usualMix } from './usual-mix.ts'
import type { Work, WorkContext, WorkResult } from './work.ts'

const PURGES_PER_SECOND = 1000
const HITS_PER_SECOND = 20_000
/** Keep-alive connections of the one who purges. */
const CONNECTIONS = 20
/** The one who purges begins before the load and ends after it. */
const SLACK_SECONDS = 4
const ACKNOWLEDGED_P99_MS = 5
const LEAST_HITS = 0.9

export const purge: Work = {
  name: 'purge',
  about: '1,000 purges/s beside hits; a purge of 100,000 responses by tag; hits beside 1,000 bans',

  async run(context) {
    if (!isWanted(lacquer, context.options)) return { work: this.name, measurements: [], findings: [] }
    const parts = [await besideHits(context), await purgeOfManyTagged(context), await besideBans(context)]
    return {
      work: this.name,
      measurements: parts.flatMap(({ measurements }) => measurements),
      findings: parts.flatMap(({ findings }) => findings),
    }
  },
}

/** The same edge with and without purges; at a pace that leaves it time, and as fast as it can. */
async function besideHits(context: WorkContext): Promise<Omit<WorkResult, 'work'>> {
  const paced = new Purging(context.origin)
  const full = new Purging(context.origin)
  const [plan] = lanesFor([lacquer], usualMix(context.options), 'store') as [LanePlan]
  const pace = { perSecond: HITS_PER_SECOND }
  const plans: readonly LanePlan[] = [
    { ...plan, ...pace, name: 'paced hits' },
    { ...plan, ...pace, name: 'paced hits, purges', beside: paced.begin },
    { ...plan, name: 'hits' },
    { ...plan, name: 'hits, purges', beside: full.begin },
  ]
  try {
    const measurements = await withLanes(plans, context, USUAL_NEEDS, (lanes) =>
      measureRounds(lanes, context.origin, context.options),
    )
    const lost = measurements.find(({ originRatio }) => originRatio > 0)
    if (lost !== undefined) throw new Error(`${lost.lane}: what nobody purged was fetched again`)
    return {
      measurements,
      findings: [
        ...acknowledgements('beside paced hits', paced, { atMost: ACKNOWLEDGED_P99_MS }),
        ...hitsLeft(`hits/s with purges / without, ${HITS_PER_SECOND} paced`, 'paced hits', measurements, {
          atLeast: LEAST_HITS,
        }),
        ...acknowledgements('beside as many hits as it can', full, null),
        ...hitsLeft('hits/s with purges / without, as many as it can', 'hits', measurements, null),
        ...cpuOfPurge(measurements, paced),
      ],
    }
  } finally {
    paced.close()
    full.close()
  }
}

/** Purges that go on beside a load. Each removes one response, and afterwards the origin must be asked for exactly those. */
class Purging {
  readonly #origin: string
  readonly #client = new Client()
  readonly #results: LoadResult[] = []

  constructor(origin: string) {
    this.#origin = origin
  }

  /** What was measured in the rounds; the first turn warms up. */
  get results(): readonly LoadResult[] {
    return this.#results.slice(1)
  }

  readonly begin = async (running: RunningSubject, seconds: number): Promise<() => Promise<void>> => {
    const responses = (seconds + SLACK_SECONDS) * PURGES_PER_SECOND
    await this.#fetched(running.url, responses)
    const purger = new Purger({
      ...{ admin: running.admin ?? '', perSecond: PURGES_PER_SECOND, connections: CONNECTIONS, responses },
    })
    await purger.begins()
    return async () => {
      const result = await purger.end()
      const { requests, failures, errors } = result
      if (failures + errors > 0)
        throw new Error(`of ${requests} purges ${failures} removed nothing, and ${errors} got no answer`)
      const missing = await this.#fetched(running.url, responses)
      if (missing !== requests)
        throw new Error(`after ${requests} purges the origin was asked for ${missing} responses`)
      this.#results.push(result)
    }
  }

  close(): void {
    this.#client.close()
  }

  /** Asks for all that can be purged; resolves with how many of them the origin had to be asked for. */
  async #fetched(url: string, responses: number): Promise<number> {
    const paths = Array.from({ length: responses }, (_, i) => purgedPath(i))
    const before = await originCount(this.#client, this.#origin)
    await eachOf(paths, async (path) => {
      const { status } = await this.#client.get(url + path, fieldsOf(path, false))
      if (status !== 200) throw new Error(`${path}: status ${status}`)
    })
    return (await originCount(this.#client, this.#origin)) - before
  }
}

function acknowledgements(where: string, { results }: Purging, target: Finding['target']): Finding[] {
  const p99 = spread(results.map(({ latencyUs }) => latencyUs.p99 / 1000))
  const rate = spread(results.map(({ requests, seconds }) => requests / seconds))
  return [
    { what: `purges ${where}, acknowledged`, value: rate.median, spread: rate, unit: '/s', target: null },
    { what: `purges ${where}: acknowledgement p99`, value: p99.median, spread: p99, unit: 'ms', target },
    finding(
      `purges ${where}: the longest`,
      Math.max(...results.map(({ latencyUs }) => latencyUs.max / 1000)),
      'ms',
    ),
  ]
}

function hitsLeft(
  what: string,
  lane: string,
  measurements: readonly Measurement[],
  target: Finding['target'],
): Finding[] {
  const left = ratio(measurements, `${lane}, purges`, lane, (one) => one.requestsPerSecond)
  return ratioFinding(what, left, target)
}

/** What the process spends beyond what as many hits cost without purges, divided by the purges. */
function cpuOfPurge(measurements: readonly Measurement[], { results }: Purging): Finding[] {
  const each = (lane: string): Measurement[] => measurements.filter((one) => one.lane === lane)
  const without = each('paced hits')
  const more = each('paced hits, purges').map(({ cpuUsPerRequest, requestsPerSecond }, i) => {
    const { requests, seconds } = results[i]!
    return ((cpuUsPerRequest - without[i]!.cpuUsPerRequest) * requestsPerSecond * seconds) / requests
  })
  const of = spread(more)
  return [
    { what: 'CPU of a purge, beside paced hits', value: of.median, spread: of, unit: 'µs', target: null },
  ]
}
