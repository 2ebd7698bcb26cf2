/** Lanes under load, round by round: in each round every lane has its turn, and the order changes from round to round. */
import { originCount } from './check.ts'
import { CpuMeter, residentBytes } from './cpu.ts'
import { Client } from './fetch.ts'
import type { Lane } from './lanes.ts'
import type { Mix } from './mix.ts'
import type { BenchOptions } from './options.ts'
import { load } from './tools/generators.ts'
import type { LoadResult } from './tools/load.ts'

export interface Measurement extends LoadResult {
  readonly lane: string
  readonly version: string
  readonly round: number
  readonly requestsPerSecond: number
  /** User and system time of all its processes for each request. */
  readonly cpuUsPerRequest: number
  /** Share of the requests that it counted as hits; null where it doesn't count. */
  readonly hitRatio: number | null
  /** Share of the requests that reached the origin. */
  readonly originRatio: number
  readonly residentBytes: number
}

export async function measureRounds(
  lanes: readonly Lane[],
  origin: string,
  options: BenchOptions,
): Promise<readonly Measurement[]> {
  const client = new Client()
  const paths = new FreshPaths()
  const measurements: Measurement[] = []
  try {
    // As long as a round: code that is compiled while it is measured costs twice what it does later.
    const warmSeconds = Math.max(3, options.seconds)
    for (const lane of lanes) {
      const end = await lane.beside?.(lane.running, warmSeconds)
      try {
        await loadLane(lane, paths, options, warmSeconds)
      } finally {
        await end?.()
      }
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const lane of rotated(lanes, round)) {
        measurements.push(await measure({ lane, round, origin, client, paths, options }))
      }
    }
  } finally {
    client.close()
  }
  return measurements
}

interface Turn {
  readonly lane: Lane
  readonly round: number
  readonly origin: string
  readonly client: Client
  readonly paths: FreshPaths
  readonly options: BenchOptions
}

async function measure(turn: Turn): Promise<Measurement> {
  const { lane, options } = turn
  const end = await lane.beside?.(lane.running, options.seconds)
  try {
    return await measureLoad(turn)
  } finally {
    await end?.()
  }
}

async function measureLoad(turn: Turn): Promise<Measurement> {
  const { lane, round, origin, client, paths, options } = turn
  const pids = lane.running.pids()
  const countsBefore = await lane.running.counts(client)
  const originBefore = await originCount(client, origin)
  const meter = new CpuMeter(pids)
  const result = await loadLane(lane, paths, options, options.seconds)
  const cpu = meter.seconds
  const counts = await lane.running.counts(client)
  if (result.errors + result.failures > 0 || result.requests === 0) {
    const { requests, errors, failures } = result
    throw new Error(`${lane.name}: of ${requests} requests ${failures} failed, and ${errors} got no answer`)
  }
  return {
    ...result,
    lane: lane.name,
    version: lane.subject.version() ?? '',
    round,
    requestsPerSecond: result.requests / result.seconds,
    cpuUsPerRequest: (cpu * 1e6) / result.requests,
    hitRatio:
      counts === null || countsBefore === null
        ? null
        : (counts.hits - countsBefore.hits) / (counts.requests - countsBefore.requests),
    originRatio: ((await originCount(client, origin)) - originBefore) / result.requests,
    residentBytes: residentBytes(pids),
  }
}

async function loadLane(
  lane: Lane,
  paths: FreshPaths,
  options: BenchOptions,
  seconds: number,
): Promise<LoadResult> {
  const mix = paths.renew(lane.mix)
  const { running, perSecond } = lane
  return load(options.tool, {
    ...{ url: running.url, seconds, connections: options.connections, mix, perSecond },
  })
}

/** Sees to it that fresh paths are fresh each time. */
class FreshPaths {
  #turn = 0

  renew(mix: Mix): Mix {
    return mix.kind === 'fresh' ? { ...mix, prefix: `${mix.prefix}${this.#turn++}-` } : mix
  }
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const at = by % Math.max(list.length, 1)
  return [...list.slice(at), ...list.slice(0, at)]
}
