/**
 * `npm run fuzz -- [--count N] [--seconds N] [--seed N]`: the sweeps, then mutated streams until one of the limits is reached.
 * Says how far it is, and of each finding the stream and how to have it again. Exits 1 where there was one.
 */
import { Command } from 'commander'
import { Dice } from '../hostile/dice.ts'
import { Exam, type Finding } from './exam.ts'
import { H11Reader, hasH11 } from './h11-reader.ts'
import { cut, mutated } from './mutate.ts'
import { sweep, sweepSize } from './sweeps.ts'

const BATCH = 100
/** Streams of one seed; so many are to be gone through to have a finding again. */
const STREAMS_PER_SEED = 10_000
const H11_ONE_IN = 20
const MAX_SHOWN = 20
const REPORT_MS = 10_000

const values = new Command('npm run fuzz --')
  .description(
    'Sweeps, then mutated streams, through our parser and others. Exits 1 where there was a finding.',
  )
  .option('--count <n>', 'mutated streams', '1000000')
  .option('--seconds <n>', 'at most so long', '3600')
  .option('--seed <n>', 'where chance begins', String(Date.now() % 1_000_000))
  .parse()
  .opts<{ count: string; seconds: string; seed: string }>()
const until = performance.now() + Number(values.seconds) * 1000
const h11 = hasH11() ? new H11Reader() : null
const exam = new Exam(h11, H11_ONE_IN)
let found = 0
let reportedAt = performance.now()
let unhandled = 0
process.on('unhandledRejection', (error) => {
  unhandled++
  say(`unhandled rejection: ${String(error)}`)
})

if (h11 === null) say('python3-h11 is not installed: compared with llhttp alone')
say(`sweeps: ${sweepSize()} streams`)
let batch: string[][] = []
for (const stream of sweep()) {
  batch.push([stream])
  if (batch.length === BATCH) {
    note(await exam.take(batch), 'sweep')
    batch = []
  }
}
note(await exam.take(batch), 'sweep')
say(`mutated streams: ${values.count}, at most ${values.seconds} s, from seed ${values.seed} on`)
for (let n = 0, seed = Number(values.seed); n < Number(values.count); seed++) {
  const dice = new Dice(seed)
  for (let m = 0; m < STREAMS_PER_SEED && n < Number(values.count); m += BATCH, n += BATCH) {
    const streams = Array.from({ length: BATCH }, () => cut(mutated(dice), dice))
    note(await exam.take(streams), `--seed ${seed} --count ${m + BATCH}`)
    if (performance.now() - reportedAt > REPORT_MS) progress()
  }
  if (performance.now() > until) break
}
progress()
await h11?.close()
say(`findings: ${found}, unhandled rejections: ${unhandled}`)
process.exitCode = found + unhandled === 0 ? 0 : 1

function note(findings: readonly Finding[], again: string): void {
  for (const { stream, what } of findings) {
    if (++found <= MAX_SHOWN) say(`FOUND (${again}) ${JSON.stringify(stream)}\n  ${what}`)
  }
}

function progress(): void {
  reportedAt = performance.now()
  const { streams, accepted, comparedWithNode, comparedWithH11 } = exam.figures
  say(
    `${streams} streams, ${accepted} with accepted requests, compared: ${comparedWithNode} with llhttp, ${comparedWithH11} with h11; ${found} findings`,
  )
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
