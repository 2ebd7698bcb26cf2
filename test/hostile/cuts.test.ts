// An origin that closes, resets or stalls at any byte: in short. `npm run soak -- cuts` is the long form.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { CUT_PARAMETERS, CutTrials } from './cuts.ts'
import { Dice } from './dice.ts'
import { stand } from './stand.ts'

const SEED = 20_261_122
const TRIALS = 250

test('no truncated body is ever served as a complete one', async (t) => {
  const clock = new VirtualClock(Date.now())
  const trials = new CutTrials(await stand(t, { clock, parameters: CUT_PARAMETERS }), clock)
  for (let n = 0; n < TRIALS; n++) await trials.trial(new Dice(SEED + n))
  assert.ok(trials.figures.cuts > TRIALS && trials.figures.compared > TRIALS, JSON.stringify(trials.figures))
})
