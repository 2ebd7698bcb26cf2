/**
 * The testing kit's public API: what `import … from 'lacquer-cache/testing'` gives to the test of a policy. It needs no test
 * runner, and works with any: what is not as expected is thrown as a plain `Error`.
 */
export {
  testEdge,
  type LoggedEvent,
  type TestEdge,
  type TestEdgeOptions,
  type TestRequest,
} from './test-edge.ts'
export type { HeaderExpectations, TextExpectation } from './expectation.ts'
export type { PolicyWarning } from '../policy/lint.ts'
export type { TestHeaders } from './headers.ts'
export type { Answer, ScriptedOrigin } from './scripted-origin.ts'
export type { RequestExpectation, ScriptedFetch } from './scripted-fetch.ts'
export type { StoredExpectation, StoredResponse } from './stored-response.ts'
export type { TestClock, TestDuration } from './test-clock.ts'
export type { ResponseEnd, ResponseExpectation, TestResponse } from './test-response.ts'
export type { BanCondition } from '../invalidate/ban-conditions.ts'
export type { PurgeRequest } from '../invalidate/purge-target.ts'
