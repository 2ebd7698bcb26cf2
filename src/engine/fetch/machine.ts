/** The fetch machine's states and the function for each. */
import type { FetchSteps } from './fetch-transaction.ts'
import { broken, complete, ended } from './body.ts'
import { done } from '../driver.ts'
import { error, failed, forgetStale, retry, threw } from './failure.ts'
import { freshen } from './freshen.ts'
import { furtherVariant } from './further-variant.ts'
import { forgetPartial } from './rest.ts'
import { head } from './head.ts'
import { prepare, send } from './send.ts'
import { store } from './store.ts'
import { unstorable } from './unstorable.ts'

export const FETCH_STEPS: FetchSteps = {
  prepare,
  send,
  head,
  store,
  freshen,
  furtherVariant,
  unstorable,
  forgetStale,
  forgetPartial,
  retry,
  error,
  failed,
  complete,
  broken,
  ended,
  done,
  threw,
}
