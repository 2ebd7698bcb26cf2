/**
 * The load bench: `npm run bench`. The method stands in `bench/README.md`.
 *
 * Starts an origin and, one after the other, the servers; checks each for correctness, warms it, loads it, and prints
 * what that cost.
 */
import { fileURLToPath } from 'node:url'
import { circumstances } from './machine.ts'
import { measure, type Measurement } from './measure.ts'
import { HELP, readOptions, type BenchOptions } from './options.ts'
import { LOAD_CORE, start } from './process.ts'
import { save, table } from './report.ts'
import { lacquer } from './subjects/lacquer.ts'
import type { Subject } from './subjects/subject.ts'
import { wrkIsThere } from './tools/wrk.ts'

const SUBJECTS: readonly Subject[] = [lacquer]

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') console.log(HELP)
  else await bench(options)
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function bench(options: BenchOptions): Promise<void> {
  if (options.tool === 'wrk' && !wrkIsThere()) throw new Error('wrk is not installed (apt-get install wrk)')
  const script = fileURLToPath(new URL('./origin.ts', import.meta.url))
  const origin = await start(LOAD_CORE, [process.execPath, script], /^http:\S+$/)
  try {
    const measurements: Measurement[] = []
    for (const subject of SUBJECTS) {
      if (subject.version() === null) console.log(`${subject.name} is not installed: left out`)
      else measurements.push(await measure(subject, origin.match[0], options))
    }
    const report = { circumstances: circumstances(), options, measurements }
    console.log(table(report))
    console.log(`\nwritten to ${await save(report)}`)
  } finally {
    await origin.running.stop()
  }
}
