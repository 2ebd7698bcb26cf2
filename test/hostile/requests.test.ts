// Every request case through the whole edge: whole, byte by byte, behind a good request, and cut in two at some offsets
// (at every offset in `npm run soak`).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptedCases } from './accepted-cases.ts'
import { Dice } from './dice.ts'
import { givenCases } from './given-cases.ts'
import { deliveriesOf, Judge, splitAt } from './judge.ts'
import { refusedCases } from './refused-cases.ts'
import type { RequestCase } from './request-case.ts'
import { stand } from './stand.ts'

const CASES = [...givenCases(), ...refusedCases(), ...acceptedCases()]
const SPLITS = 2
const SEED = 20_261_122

test('every case has an id of its own, and a reason', () => {
  assert.equal(new Set(CASES.map(({ id }) => id)).size, CASES.length)
  assert.ok(CASES.every(({ why }) => why !== ''))
  assert.equal(givenCases().length, 88)
})

for (const name of ['whole', 'byte by byte', 'after a good request', 'pipelined behind a good request']) {
  test(`every request case, ${name}`, async (t) => {
    const judge = new Judge(await stand(t))
    await everyCase((wire) =>
      judge.judge(
        wire,
        deliveriesOf(wire).find((delivery) => delivery.name === name)!,
      ),
    )
  })
}

test('every request case, cut in two', async (t) => {
  const judge = new Judge(await stand(t))
  const dice = new Dice(SEED)
  await everyCase(async (wire) => {
    for (let n = 0; n < SPLITS; n++)
      await judge.judge(wire, splitAt(wire, 1 + dice.below(wire.bytes.length - 1)))
  })
})

/** Goes through all cases, and says of all at once which ones failed. */
async function everyCase(judge: (wire: RequestCase) => Promise<void>): Promise<void> {
  const failures: string[] = []
  for (const wire of CASES) {
    await judge(wire).catch((error: unknown) => failures.push(String(error)))
  }
  assert.equal(failures.length, 0, failures.join('\n\n'))
}
