/**
 * `npm run soak -- [what…] [--count N] [--seconds N] [--seed N]`: the long forms of what is tested here in short.
 *
 *   cuts    origins that break off at any byte           --count: cuts
 *   users   two users and an origin that echoes          --count: trials
 *   splits  every request case, cut at every offset      --count: cases
 *   sweeps  every byte around the lines that matter, through the whole edge   --count: streams
 *   slow    slow and silent connections beside good ones --count: bad connections
 *
 * All of them where none is named. Says how far it is every ten seconds, and exits 1 where something was wrong.
 */
import { Command } from 'commander'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { sweep } from '../fuzz/sweeps.ts'
import { acceptedCases } from './accepted-cases.ts'
import { CUT_PARAMETERS, CutTrials, type CutFigures } from './cuts.ts'
import { Dice } from './dice.ts'
import { givenCases } from './given-cases.ts'
import { Judge, splitAt } from './judge.ts'
import { refusedCases } from './refused-cases.ts'
import { slowConnections } from './slow.ts'
import { stand, type Cleanup } from './stand.ts'
import { sweptRight } from './swept.ts'
import { UserTrials } from './users.ts'

const REPORT_MS = 10_000
const MAX_SHOWN = 10

const command = new Command('npm run soak --')
  .description('The long forms of the hostile tests. Exits 1 where something was wrong.')
  .argument('[what...]', 'cuts, users, splits, sweeps, slow; all of them where none is named')
  .option('--count <n>', 'how much of each: cuts, trials, cases, streams, bad connections')
  .option('--seconds <n>', 'at most so long for each', '3600')
  .option('--seed <n>', 'where chance begins', String(Date.now() % 1_000_000))
  .parse()
const values = command.opts<{ count?: string; seconds: string; seed: string }>()
const positionals = command.args
const seed = Number(values.seed)
let faults = 0
let unhandled = 0
process.on('unhandledRejection', (error) => {
  unhandled++
  say(`unhandled rejection: ${String(error)}`)
})

/** Goes on until `count` or the time is reached, or there is no more. `step` answers with how much it has done. */
async function go(
  name: string,
  count: number,
  step: () => Promise<number>,
  figures: () => unknown,
): Promise<void> {
  const limit = values.count === undefined ? count : Number(values.count)
  const startedAt = performance.now()
  let reportedAt = startedAt
  say(`${name}: ${limit}, at most ${values.seconds} s, from seed ${seed} on`)
  for (let done = 0; done < limit;) {
    const before = done
    await step().then(
      (some) => {
        done += some
      },
      (error: unknown) => {
        done++
        if (++faults <= MAX_SHOWN) say(`WRONG (${name}): ${String(error)}`)
      },
    )
    if (done === before) break
    const now = performance.now()
    if (now - startedAt > Number(values.seconds) * 1000) break
    if (now - reportedAt < REPORT_MS) continue
    reportedAt = now
    say(`  ${done} of ${limit}, ${JSON.stringify(figures())}`)
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  say(`${name}: ${JSON.stringify(figures())} in ${seconds} s, ${faults} wrong so far`)
}

type Soak = (cleanup: Cleanup) => Promise<void>

const SOAKS: Readonly<Record<string, Soak>> = {
  async cuts(cleanup) {
    const lanes = await inLanes(async () => {
      const clock = new VirtualClock(Date.now())
      return new CutTrials(await stand(cleanup, { clock, parameters: CUT_PARAMETERS }), clock)
    })
    const figures = (): CutFigures => sumOf(lanes.map((lane) => lane.figures))
    let n = seed
    const step = async (): Promise<number> => {
      const before = figures().cuts
      await Promise.all(lanes.map((lane) => lane.trial(new Dice(n++))))
      return Math.max(1, figures().cuts - before)
    }
    await go('cuts', 100_000, step, figures)
  },
  async users(cleanup) {
    const lanes = await inLanes(async () => new UserTrials(await stand(cleanup)))
    let n = seed
    const step = async (): Promise<number> => {
      await Promise.all(lanes.map((lane) => lane.trial(new Dice(n++))))
      return lanes.length
    }
    await go('users', 100_000, step, () => sumOf(lanes.map((lane) => lane.figures)))
  },
  async splits(cleanup) {
    const judge = new Judge(await stand(cleanup))
    const cases = [...givenCases(), ...refusedCases(), ...acceptedCases()].filter(
      (wire) => wire.bytes.length <= MAX_SPLIT_BYTES,
    )
    let n = 0
    let splits = 0
    const step = async (): Promise<number> => {
      const wire = cases[n++]
      if (wire === undefined) return 0
      for (let at = 1; at < wire.bytes.length; at++, splits++) await judge.judge(wire, splitAt(wire, at))
      return 1
    }
    await go('splits', cases.length, step, () => ({ cases: n, splits }))
  },
  async sweeps(cleanup) {
    const edge = await stand(cleanup)
    const streams = sweep()
    let n = 0
    const step = async (): Promise<number> => {
      const next = streams.next()
      if (next.done === true) return 0
      n++
      await sweptRight(edge, next.value)
      return 1
    }
    await go('sweeps', Infinity, step, () => ({ streams: n }))
  },
  async slow(cleanup) {
    const count = values.count === undefined ? 10_000 : Number(values.count)
    const wrong = await slowConnections(cleanup, count, say)
    faults += wrong
  },
}

/** Edges that are tried beside each other, so that none of them waits for the others' network. */
const LANES = 12

function inLanes<T>(make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: LANES }, make))
}

function sumOf<T extends object>(all: readonly T[]): T {
  const sum: Record<string, number> = {}
  for (const each of all) {
    for (const [name, value] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + Number(value)
  }
  return sum as T
}

/** Larger cases are large for a reason that has nothing to do with where they are cut. */
const MAX_SPLIT_BYTES = 1000

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

for (const name of positionals.length === 0 ? Object.keys(SOAKS) : positionals) {
  const soak = SOAKS[name]
  if (soak === undefined) {
    say(`there is no soak "${name}"; there are ${Object.keys(SOAKS).join(', ')}`)
    process.exit(2)
  }
  const stops: (() => void | Promise<void>)[] = []
  await soak({ after: (stop) => stops.push(stop) })
  for (const stop of stops.reverse()) await stop()
}
say(`wrong: ${faults}, unhandled rejections: ${unhandled}`)
process.exit(faults + unhandled === 0 ? 0 : 1)
