/** The request machine's states and the function for each. */
import type { RequestSteps } from '../transaction.ts'
import { deliverBusy, deliverStored } from './deliver.ts'
import { fetched } from './fetched.ts'
import { hit } from './hit.ts'
import { lookup } from './lookup.ts'
import { miss, pass } from './miss.ts'
import { pipe } from './pipe.ts'
import { purge } from './purge.ts'
import { recv, restart } from './recv.ts'
import { synth, threw } from './synth.ts'

export const REQUEST_STEPS: RequestSteps = {
  recv,
  lookup,
  hit,
  miss,
  pass,
  pipe,
  purge,
  fetched,
  synth,
  deliverStored,
  deliverBusy,
  restart,
  threw,
}
