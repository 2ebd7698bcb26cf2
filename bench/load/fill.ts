/** Fills a server with many responses, or runs it at its limit, while a few good clients ask for hits. */
import { originCount } from './check.ts'
import { Client } from './fetch.ts'
import { pathsOf } from './mix.ts'
import type { BenchOptions } from './options.ts'
import { load } from './tools/generators.ts'
import { probe } from './tools/probe.ts'
import { usualMix } from './works/usual-mix.ts'

export interface Slice {
  /** How many responses the origin has given so far. */
  readonly fetched: number
  /** Latencies of hits in the meantime, µs. */
  readonly hitP99Us: number
  readonly hitMaxUs: number
}

const SLICE_SECONDS = 5
/** What the good clients ask for: few, so that they stay in the store while others are evicted. */
const HOT = 100
/** Few enough that a good client's latency is not that of a queue of misses. */
const FILLERS = 16
const PROBE = { connections: 10, pauseMs: 10 }

/** Asks for `/f/0`, `/f/1`… in slices of some seconds, until `isEnough`. */
export async function fill(
  url: string,
  origin: string,
  options: BenchOptions,
  isEnough: (slices: readonly Slice[]) => boolean,
): Promise<readonly Slice[]> {
  const client = new Client()
  const paths = pathsOf({ ...usualMix(options), urls: HOT, prefix: '/o/hot-' })
  const slices: Slice[] = []
  // So that what the good clients ask for is stored, and they have asked for it before.
  await probe({ url, paths, seconds: 1, ...PROBE })
  const before = await originCount(client, origin)
  for (let from = 0; !isEnough(slices);) {
    const mix = { kind: 'fresh' as const, prefix: '/f/', from }
    const request = { url, seconds: SLICE_SECONDS, connections: FILLERS, mix }
    const [loaded, hits] = await Promise.all([
      load(options.tool, request),
      probe({ url, paths, seconds: SLICE_SECONDS, ...PROBE }),
    ])
    if (hits.failures + hits.errors + loaded.failures > 0) throw new Error(`failures while filling ${url}`)
    // What was under way when the load ended may not have come: the next slice asks for the last few again.
    from += loaded.requests
    slices.push({
      fetched: (await originCount(client, origin)) - before,
      hitP99Us: hits.latencyUs.p99,
      hitMaxUs: hits.latencyUs.max,
    })
  }
  client.close()
  return slices
}
