/** Many stored responses of 1 KiB: memory for each, latency of hits while they come in, and the cost of a hit among them. */
import { check } from '../check.ts'
import { residentBytes } from '../cpu.ts'
import { Client } from '../fetch.ts'
import { fill } from '../fill.ts'
import { finding, ratioFinding, type Finding } from '../findings.ts'
import type { Lane } from '../lanes.ts'
import type { DrawnMix } from '../mix.ts'
import { OBJECT_BYTES } from '../objects.ts'
import type { BenchOptions } from '../options.ts'
import { ratio } from '../ratios.ts'
import { measureRounds, type Measurement } from '../rounds.ts'
import { isWanted } from '../servers.ts'
import { lacquer } from '../subjects/lacquer.ts'
import { haproxy, varnish } from '../subjects/peers.ts'
import { USUAL_NEEDS, type RunningSubject, type Subject } from '../subjects/subject.ts'
import { load } from '../tools/generators.ts'
import { usualMix } from './usual-mix.ts'
import type { Work, WorkContext } from './work.ts'

const MIB_FOR_THOUSAND = 2.5
const OVERHEAD_BYTES = 400
const WARM_SECONDS = 5
/** Slices of the filling whose latencies are thrown away: what hits and misses do beside each other is compiled in them. */
const WARM_SLICES = 2
const FILLING_P99_MS = 5
const FILLING_LONGEST_MS = 25

export const million: Work = {
  name: 'million',
  about: 'a million stored responses (--responses N): memory, hits while filling, hits among them',

  async run(context) {
    const findings: Finding[] = []
    const measurements = await withFilled(lacquer, context, async (running, found) => {
      findings.push(...found)
      return amongMany(running, context)
    })
    const cost = ratio(measurements, 'lacquer, many', 'lacquer')
    findings.push(...ratioFinding('CPU per hit among them / among few', cost, { atMost: 1.15 }))
    for (const peer of [haproxy, varnish]) {
      if (!isWanted(peer, context.options)) continue
      await withFilled(peer, context, (_running, found) => Promise.resolve(findings.push(...found)))
    }
    return { work: this.name, measurements, findings }
  },
}

/** Starts a server, fills it, and hands it over with what that showed. */
async function withFilled<Result>(
  subject: Subject,
  { origin, options }: WorkContext,
  use: (running: RunningSubject, findings: Finding[]) => Promise<Result>,
): Promise<Result> {
  const memoryMiB = Math.ceil((options.responses / 1000) * MIB_FOR_THOUSAND)
  const running = await subject.start(origin, { ...USUAL_NEEDS, memoryMiB })
  try {
    const headBytes = await headLength(running.url)
    await warm(running.url, options)
    const before = residentBytes(running.pids())
    const slices = await fill(running.url, origin, options, (done) => {
      return (done.at(-1)?.fetched ?? 0) >= options.responses
    })
    const count = slices.at(-1)?.fetched ?? 0
    const each = (residentBytes(running.pids()) - before) / count - OBJECT_BYTES - headBytes
    const warmed = slices.slice(Math.min(WARM_SLICES, slices.length - 1))
    const p99 = Math.max(...warmed.map(({ hitP99Us }) => hitP99Us)) / 1000
    const longest = Math.max(...warmed.map(({ hitMaxUs }) => hitMaxUs)) / 1000
    const isOurs = subject === lacquer
    const target = (atMost: number): Finding['target'] => (isOurs ? { atMost } : null)
    const { name } = subject
    const memory = finding(
      `${name}: bytes beyond body and head of ${count}`,
      each,
      'B',
      target(OVERHEAD_BYTES),
    )
    return await use(running, [
      // Where all memory was touched at start, as HAProxy does, growth tells nothing.
      ...(each > 0 ? [memory] : []),
      finding(`${name}: hits while filling, p99 of the worst 5 s`, p99, 'ms', target(FILLING_P99_MS)),
      finding(`${name}: hits while filling, longest`, longest, 'ms', target(FILLING_LONGEST_MS)),
    ])
  } finally {
    await running.stop()
  }
}

/** The same for a while, passes and misses, so that compiled code and buffers are not counted for what is stored. */
async function warm(url: string, { tool, connections, seed }: BenchOptions): Promise<void> {
  for (const prefix of [`/p/${seed}-`, `/f/${seed}-`]) {
    const mix = { kind: 'fresh' as const, prefix, from: 0 }
    await load(tool, { url, seconds: WARM_SECONDS, connections, mix })
  }
}

/** Hits among the many beside hits among the usual number, in another process. */
async function amongMany(many: RunningSubject, context: WorkContext): Promise<readonly Measurement[]> {
  const { origin, options } = context
  const usual = usualMix(options)
  const mix: DrawnMix = { ...usual, prefix: '/f/', urls: options.responses, draws: 500_000 }
  const few = await lacquer.start(origin, USUAL_NEEDS)
  const client = new Client()
  try {
    await check(client, few.url, origin, usual, 'store')
    await check(client, many.url, origin, { ...mix, urls: Math.min(mix.urls, usual.urls) }, 'store')
    const lanes: Lane[] = [
      { name: 'lacquer', subject: lacquer, mix: usual, source: 'store', running: few },
      { name: 'lacquer, many', subject: lacquer, mix, source: 'store', running: many },
    ]
    return await measureRounds(lanes, origin, options)
  } finally {
    client.close()
    await few.stop()
  }
}

/** How long the head of a hit is, as a rough measure of what must be stored of it. */
async function headLength(url: string): Promise<number> {
  const client = new Client()
  const { headers } = await client.get(`${url}/o/0`)
  client.close()
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + String(value).length + 4,
    15,
  )
}
