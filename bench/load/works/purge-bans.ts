/**
 * Hits beside bans that match nothing: 1,000 that the lurker works off, and as many on fields of requests as there may be. Before each turn
 * they are given anew, so that every stored response has yet to be asked; how many are in force is counted before and after.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { originCount } from '../check.ts'
import { Control } from '../control.ts'
import { CpuMeter } from '../cpu.ts'
import { Client } from '../fetch.ts'
import { finding, ratioFinding, type Finding } from '../findings.ts'
import { lanesFor, withLanes, type Lane, type LanePlan } from '../lanes.ts'
import { fieldsOf } from '../mix.ts'
import { ratio } from '../ratios.ts'
import { measureRounds, type Measurement } from '../rounds.ts'
import { lacquer, lacquerWith } from '../subjects/lacquer.ts'
import { USUAL_NEEDS, type RunningSubject } from '../subjects/subject.ts'
import { load } from '../tools/generators.ts'
import { usualMix } from './usual-mix.ts'
import type { WorkContext, WorkResult } from './work.ts'

const BANS = 1000
/** Stored besides what is asked for, so that the lurker has something to do for as long as a load lasts. */
const FURTHER = 150_000
const MEMORY_MIB = 768
const FILL = { seconds: 2, connections: 16 }
/** There may be no more of these. */
const REQUEST_BANS = 100
const MOST = 1.25
const POLL_MS = 500
const PATIENCE_MS = 300_000
const GIVEN_AT_A_TIME = 10

const WITHOUT = 'no bans'
const BANNED = lacquerWith({ name: `${BANS} bans` })
const REQUEST_BANNED = lacquerWith({ name: `${REQUEST_BANS} bans on requests` })

export async function besideBans(context: WorkContext): Promise<Omit<WorkResult, 'work'>> {
  const client = new Client()
  const bans = new Bans(
    client,
    BANS,
    (i) => `obj.header.content-type == "image/png" && req.url ~ "^/shop/${i}"`,
  )
  const requestBans = new Bans(client, REQUEST_BANS, (i) => `req.header.x-bench == "never-${i}"`)
  const [plain, banned, requestBanned] = lanesFor(
    [lacquer, BANNED, REQUEST_BANNED],
    usualMix(context.options),
    'store',
  ) as [LanePlan, LanePlan, LanePlan]
  const plans: readonly LanePlan[] = [
    { ...plain, name: WITHOUT },
    { ...banned, beside: bans.begin },
    { ...requestBanned, beside: requestBans.begin },
  ]
  try {
    return await withLanes(plans, context, { ...USUAL_NEEDS, memoryMiB: MEMORY_MIB }, async (lanes) => {
      const edge = lanes.find(({ name }) => name === BANNED.name)
      if (edge !== undefined) {
        await store(client, edge, context)
        await demandThatBansBan(client, edge, context)
      }
      const measurements = await measureRounds(lanes, context.origin, context.options)
      const lost = measurements.find(({ originRatio }) => originRatio > 0)
      if (lost !== undefined) throw new Error(`${lost.lane}: what no ban matches was fetched again`)
      return {
        measurements,
        findings: [
          ...costs(measurements, BANNED.name, bans, { atMost: MOST }),
          ...costs(measurements, REQUEST_BANNED.name, requestBans, null),
          ...(edge === undefined ? [] : await workedOff(bans, edge)),
        ],
      }
    })
  } finally {
    client.close()
  }
}

/** Bans that are in force beside a load. */
class Bans {
  readonly #client: Client
  readonly #count: number
  readonly #expression: (i: number) => string
  /** The fewest that were in force before a load began, and after one had ended. */
  readonly fewest = { before: Infinity, after: Infinity }

  constructor(client: Client, count: number, expression: (i: number) => string) {
    this.#client = client
    this.#count = count
    this.#expression = expression
  }

  get count(): number {
    return this.#count
  }

  readonly begin = async (running: RunningSubject): Promise<() => Promise<void>> => {
    await this.give(running)
    const control = this.control(running)
    this.fewest.before = Math.min(this.fewest.before, await control.bans())
    return async () => {
      this.fewest.after = Math.min(this.fewest.after, await control.bans())
    }
  }

  /** Each takes the place of the equal one from before. */
  async give(running: RunningSubject): Promise<void> {
    const control = this.control(running)
    for (let i = 0; i < this.#count; i += GIVEN_AT_A_TIME) {
      const some = Array.from({ length: GIVEN_AT_A_TIME }, (_, j) => control.ban(this.#expression(i + j)))
      await Promise.all(some)
    }
  }

  control(running: RunningSubject): Control {
    return new Control(this.#client, running.admin)
  }
}

/** Stores what nobody asks for. */
async function store(client: Client, { running }: Lane, { origin, options }: WorkContext): Promise<void> {
  const before = await originCount(client, origin)
  const stored = async (): Promise<number> => (await originCount(client, origin)) - before
  for (let from = 0; (await stored()) < FURTHER;) {
    const mix = { kind: 'fresh' as const, prefix: '/f/', from }
    const { requests, failures } = await load(options.tool, { url: running.url, ...FILL, mix })
    if (failures > 0) throw new Error(`${failures} failures while filling`)
    from += requests
  }
}

/** One that matches has the origin asked; the others of this work match nothing. */
async function demandThatBansBan(client: Client, { running }: Lane, { origin }: WorkContext): Promise<void> {
  const before = await originCount(client, origin)
  await new Control(client, running.admin).ban('req.url == "/o/1"')
  for (const path of ['/o/1', '/o/2']) await client.get(running.url + path, fieldsOf(path, false))
  const reached = (await originCount(client, origin)) - before
  if (reached !== 1) throw new Error(`after a ban of one response the origin was asked for ${reached}`)
}

function costs(
  measurements: readonly Measurement[],
  lane: string,
  { fewest, count }: Bans,
  target: Finding['target'],
): Finding[] {
  const throughput = ratio(measurements, lane, WITHOUT, (one) => one.requestsPerSecond)
  return [
    finding(`${lane} in force before each load`, fewest.before, '', { atLeast: count }),
    finding(`${lane} in force after each load`, fewest.after, '', { atLeast: count }),
    ...ratioFinding(
      `CPU per hit, ${lane} / without (with the lurker's)`,
      ratio(measurements, lane, WITHOUT),
      target,
    ),
    ...ratioFinding(`hits/s, ${lane} / without`, throughput, null),
  ]
}

/** The same bans where nothing else happens: how long they take, and the lurker's CPU, which the CPU of hits beside it contains. */
async function workedOff(bans: Bans, { running }: Lane): Promise<Finding[]> {
  const control = bans.control(running)
  await bans.give(running)
  const begunAt = performance.now()
  const meter = new CpuMeter(running.pids())
  while ((await control.bans()) > 0) {
    if (performance.now() - begunAt > PATIENCE_MS) throw new Error('bans were not worked off')
    await sleep(POLL_MS)
  }
  const seconds = (performance.now() - begunAt) / 1000
  const cpu = meter.seconds
  const what = `${BANNED.name} and ${FURTHER} responses more, nothing else to do`
  return [finding(`${what}: worked off`, seconds, 's'), finding(`${what}: CPU`, cpu, 's')]
}
