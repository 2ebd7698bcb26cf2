/**
 * The load bench: `npm run bench`. The method stands in `bench/README.md`.
 *
 * Starts an origin, runs the works asked for one after the other, and says what each showed.
 */
import { fileURLToPath } from 'node:url'
import { isMet } from './findings.ts'
import { circumstances } from './machine.ts'
import { HELP, readOptions, type Asked } from './options.ts'
import { LOAD_CORE, start } from './process.ts'
import { headline, save, workText } from './report.ts'
import { wrkIsThere } from './tools/wrk.ts'
import type { Work, WorkResult } from './works/work.ts'

try {
  const asked = readOptions(process.argv.slice(2))
  if (asked === 'help') console.log(HELP)
  else await bench(asked)
} catch (error) {
  console.error(`bench: ${reason(error)}`)
  process.exitCode = 1
}

async function bench(asked: Asked): Promise<void> {
  const { works, options, isStrict } = asked
  if (options.tool === 'wrk' && !wrkIsThere()) throw new Error('wrk is not installed (apt-get install wrk)')
  const now = circumstances()
  console.log(headline(now, options))
  const results: WorkResult[] = []
  for (const work of works) {
    const result = await runWork(work, asked)
    if (result === null) continue
    results.push(result)
    console.log(workText(result))
  }
  console.log(`\nwritten to ${await save({ circumstances: now, options, results })}`)
  if (isStrict && results.some(({ findings }) => !findings.every(isMet))) process.exitCode = 1
}

/** With an origin of its own. Null where it failed: the others may still tell something. */
async function runWork(work: Work, { options }: Asked): Promise<WorkResult | null> {
  const script = fileURLToPath(new URL('./programs/origin.ts', import.meta.url))
  const { running, match } = await start(LOAD_CORE, [process.execPath, script], /^http:\S+$/)
  try {
    return await work.run({ origin: match[0], options })
  } catch (error) {
    console.error(`\n== ${work.name}: failed: ${reason(error)}`)
    process.exitCode = 1
    return null
  } finally {
    await running.stop()
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${reason(error.cause)}`
}
