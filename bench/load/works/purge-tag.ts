/** A purge by a tag that 100,000 responses bear: whether clients who ask for hits notice it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { eachOf, originCount } from '../check.ts'
import { Control } from '../control.ts'
import { Client } from '../fetch.ts'
import { finding, type Finding } from '../findings.ts'
import { fieldsOf, pathsOf } from '../mix.ts'
import { spread } from '../ratios.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { USUAL_NEEDS, type RunningSubject } from '../subjects/subject.ts'
import { load } from '../tools/generators.ts'
import type { LoadResult } from '../tools/load.ts'
import { probe } from '../tools/probe.ts'
import { usualMix } from './usual-mix.ts'
import type { WorkContext, WorkResult } from './work.ts'

const MOST = 100_000
const TAG = 'many'
const PREFIX = `/t/${TAG}/`
const LONGEST_MS = 20
const MIB_FOR_THOUSAND = 4
const FILL = { seconds: 2, connections: 16 }
/** One of ten clients with such pauses asks in every millisecond or two: no pause of 20 ms goes unseen. */
const PROBE = { seconds: 3, connections: 10, pauseMs: 5, ahead: false }
/** What the clients ask for. */
const HOT = 100
/** The purge comes when the clients are at it. */
const LEAD_MS = 1000
const POLL_MS = 100
const PATIENCE_MS = 120_000
/** Of what was purged is asked for again: at once, while the memory is yet to be given back; and afterwards. */
const SAMPLE_AT_ONCE = 20
const SAMPLE_AFTER = 500

interface Turn {
  readonly responses: number
  readonly acknowledgedMs: number
  readonly workedOffMs: number
  readonly alone: LoadResult
  /** From a second before the purge until it was worked off, and a little longer. */
  readonly during: readonly LoadResult[]
  /** Longest interval of the process's own 10 ms timer. */
  readonly loopMs: number
}

export async function purgeOfManyTagged(context: WorkContext): Promise<Omit<WorkResult, 'work'>> {
  const wanted = Math.min(context.options.responses, MOST)
  const memoryMiB = Math.max(USUAL_NEEDS.memoryMiB, Math.ceil((wanted / 1000) * MIB_FOR_THOUSAND))
  const running = await lacquer.start(context.origin, { ...USUAL_NEEDS, memoryMiB })
  const client = new Client()
  try {
    const turns: Turn[] = []
    let stored = 0
    // The first turn warms up: code that runs for the first time costs more.
    for (let round = 0; round <= context.options.rounds; round++) {
      const from = stored
      stored = await filled(client, running, context, from, wanted)
      turns.push(await turn(client, running, context, from))
    }
    const [, ...measured] = turns
    return { measurements: [], findings: findingsOf(measured, wanted) }
  } finally {
    client.close()
    await running.stop()
  }
}

/** Stores `/t/many/FROM` and so on; resolves with the first number that was not asked for. */
async function filled(
  client: Client,
  { url }: RunningSubject,
  { origin, options }: WorkContext,
  from: number,
  wanted: number,
): Promise<number> {
  const before = await originCount(client, origin)
  let next = from
  while ((await originCount(client, origin)) - before < wanted) {
    const mix = { kind: 'fresh' as const, prefix: PREFIX, from: next }
    const { requests, failures } = await load(options.tool, { url, ...FILL, mix })
    if (failures > 0) throw new Error(`${failures} failures while filling`)
    next += requests
  }
  return next
}

async function turn(
  client: Client,
  running: RunningSubject,
  context: WorkContext,
  from: number,
): Promise<Turn> {
  const control = new Control(client, running.admin)
  const paths = pathsOf({ ...usualMix(context.options), urls: HOT, prefix: '/o/hot-' })
  await reached(client, running, context, paths)
  const clients = async (): Promise<LoadResult> => {
    const result = await probe({ url: running.url, paths, ...PROBE })
    if (result.failures + result.errors > 0) throw new Error('clients got no answers beside a purge')
    return result
  }
  const alone = await clients()
  // Reading it begins it anew.
  await control.metric('nodejs_eventloop_lag_max_seconds')
  const during: LoadResult[] = []
  const asking = { until: Infinity }
  const ask = async (): Promise<void> => {
    do during.push(await clients())
    while (performance.now() < asking.until)
  }
  const purged = async (): Promise<Pick<Turn, 'responses' | 'acknowledgedMs' | 'workedOffMs'>> => {
    await sleep(LEAD_MS)
    const begunAt = performance.now()
    const { responses, pendingKeys } = await control.purgeTag(TAG)
    const acknowledgedMs = performance.now() - begunAt
    await demandGone(client, running, context, from, SAMPLE_AT_ONCE)
    while ((await control.bans()) > 0) {
      if (performance.now() - begunAt > PATIENCE_MS) throw new Error('a purge by tag was not worked off')
      await sleep(POLL_MS)
    }
    return { responses: responses + pendingKeys, acknowledgedMs, workedOffMs: performance.now() - begunAt }
  }
  const [figures] = await Promise.all([purged().finally(() => (asking.until = performance.now())), ask()])
  const loopMs = (await control.metric('nodejs_eventloop_lag_max_seconds')) * 1000
  await demandGone(client, running, context, from + SAMPLE_AT_ONCE, SAMPLE_AFTER)
  if ((await reached(client, running, context, paths)) > 0)
    throw new Error('a purge by tag removed what does not bear it')
  return { ...figures, alone, during, loopMs }
}

/** The origin must hear of each. */
async function demandGone(
  client: Client,
  running: RunningSubject,
  context: WorkContext,
  from: number,
  count: number,
): Promise<void> {
  const paths = Array.from({ length: count }, (_, i) => `${PREFIX}${from + i}`)
  const asked = await reached(client, running, context, paths)
  if (asked !== count) throw new Error(`of ${count} purged responses the origin was asked for ${asked}`)
}

/** Asks for these; resolves with how many the origin was asked for. */
async function reached(
  client: Client,
  { url }: RunningSubject,
  { origin }: WorkContext,
  paths: readonly string[],
): Promise<number> {
  const before = await originCount(client, origin)
  await eachOf(paths, async (path) => {
    const { status } = await client.get(url + path, fieldsOf(path, false))
    if (status !== 200) throw new Error(`${path}: status ${status}`)
  })
  return (await originCount(client, origin)) - before
}

function findingsOf(turns: readonly Turn[], wanted: number): Finding[] {
  const of = (what: string, figure: (one: Turn) => number, target: Finding['target'] = null): Finding => {
    const between = spread(turns.map(figure))
    return { what, value: between.median, spread: between, unit: 'ms', target }
  }
  const fewest = Math.min(...turns.map(({ responses }) => responses))
  const longest = ({ during }: Turn): number => Math.max(...during.map((one) => one.latencyUs.max / 1000))
  return [
    finding('responses purged by one tag, fewest', fewest, '', { atLeast: wanted }),
    of('such a purge: acknowledged', (one) => one.acknowledgedMs),
    of('such a purge: worked off', (one) => one.workedOffMs),
    of('gentle clients beside it: longest', longest, { atMost: LONGEST_MS }),
    of('gentle clients beside it: p99 of the worst 3 s', ({ during }) =>
      Math.max(...during.map((one) => one.latencyUs.p99 / 1000)),
    ),
    of('gentle clients without it: longest', (one) => one.alone.latencyUs.max / 1000),
    of('gentle clients without it: p99', (one) => one.alone.latencyUs.p99 / 1000),
    of("the process's own 10 ms timer beside it: longest", (one) => one.loopMs),
  ]
}
