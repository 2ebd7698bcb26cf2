// Whatever we accept, others accept with the same reading: llhttp in its strict mode, and h11 where it is installed. In
// short; `npm run fuzz` is the long form.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Dice } from '../hostile/dice.ts'
import { Exam, type Finding } from './exam.ts'
import { H11Reader, hasH11 } from './h11-reader.ts'
import { cut, mutated } from './mutate.ts'
import { sweep } from './sweeps.ts'

const SEED = 20_261_122
const STREAMS = 6000
/** One place in so many is swept; each run of the long form sweeps all. */
const SWEEP_STEP = 6
const BATCH = 100

test('mutated streams are read as llhttp and h11 read them', async (t) => {
  const exam = examIn(t)
  const dice = new Dice(SEED)
  for (let n = 0; n < STREAMS; n += BATCH) {
    report(await exam.take(Array.from({ length: BATCH }, () => cut(mutated(dice), dice))))
  }
  assert.ok(exam.figures.accepted > STREAMS / 10, 'enough of them are right to compare')
})

test('so are Host, Content-Length, Transfer-Encoding and Connection with any byte anywhere', async (t) => {
  const exam = examIn(t)
  let batch: string[][] = []
  for (const stream of sweep(SWEEP_STEP, SEED)) {
    batch.push([stream])
    if (batch.length < BATCH) continue
    report(await exam.take(batch))
    batch = []
  }
  report(await exam.take(batch))
})

function examIn(t: TestContext): Exam {
  if (!hasH11()) {
    assert.notEqual(process.env.LACQUER_REQUIRE_REAL, '1', 'python3-h11 is not installed')
    t.diagnostic('python3-h11 is not installed: compared with llhttp alone')
    return new Exam(null)
  }
  const h11 = new H11Reader()
  t.after(() => h11.close())
  return new Exam(h11, 10)
}

function report(findings: readonly Finding[]): void {
  assert.equal(
    findings.length,
    0,
    `seed ${SEED}: ${findings.map(({ stream, what }) => `${JSON.stringify(stream)}: ${what}`).join('\n')}`,
  )
}
