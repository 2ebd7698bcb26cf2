// Two users and an origin that echoes what it saw: in short. `npm run soak -- users` is the long form.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dice } from './dice.ts'
import { stand } from './stand.ts'
import { UserTrials } from './users.ts'

const SEED = 20_261_122
const TRIALS = 400

test('no user is ever sent a secret of another', async (t) => {
  const trials = new UserTrials(await stand(t))
  for (let n = 0; n < TRIALS; n++) await trials.trial(new Dice(SEED + n))
  assert.ok(trials.figures.shared > TRIALS / 10, JSON.stringify(trials.figures))
})
