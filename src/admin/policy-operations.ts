/** Which policies are in force, which were, and how to go from the ones to the others. `cli/` does it. */
import { z } from 'zod'
import { operation, type Operation } from './operation.ts'

const MISTAKE = z.object({
  /** `policies/shop.ts:12`, as it would be written where the edge was started. */
  where: z.string(),
  what: z.string(),
})

const VERSION = z.object({
  id: z.string(),
  inForce: z.boolean(),
  /** Whether it is what was last loaded from disk. */
  fromDisk: z.boolean(),
  loadedAt: z.string(),
  /** What it differs in from the version that was loaded before it: `shop.ts changed`. */
  changes: z.array(z.string()),
  files: z.array(z.string()),
})

const RELOAD = z.object({
  /** `loaded`: in force. `unchanged`: the files say what was last loaded already. `failed`: what was in force still is. */
  result: z.enum(['loaded', 'unchanged', 'failed']),
  /** What had it look: `change`, `request`, `signal` or `start`. */
  cause: z.string(),
  at: z.string(),
  tookMs: z.number(),
  /** The version that was in force afterwards. */
  version: z.string(),
  /** What kept it from being loaded; or, with `unchanged`, what would keep it from being loaded if it were not in force already. */
  mistakes: z.array(MISTAKE),
})

export const POLICIES = z.object({
  active: z.string(),
  /** The file or folder that policies are loaded from; null where there is none. */
  path: z.string().nullable(),
  isWatched: z.boolean(),
  /** Whether what is in force is what the files say, and if not, why. */
  disk: z.object({ isInForce: z.boolean(), why: z.string() }),
  lastReload: RELOAD.nullable(),
  versions: z.array(VERSION),
})

export const POLICY_VERSION = VERSION.extend({
  routes: z.array(
    z.object({
      name: z.string(),
      file: z.string(),
      origin: z.string().nullable(),
      hooks: z.array(z.string()),
    }),
  ),
  sources: z.record(z.string(), z.string()),
})

export const POLICY_RELOAD = RELOAD

export const POLICY_SWITCH = z.object({ active: z.string(), before: z.string() })

export const POLICY_DIFF = z.object({
  from: z.string(),
  to: z.string(),
  files: z.array(
    z.object({ file: z.string(), status: z.enum(['added', 'removed', 'changed']), patch: z.string() }),
  ),
})

export interface PolicyControl {
  list(): z.infer<typeof POLICIES>
  /** Throws a `Problem` where there is no such version; so do the others that take one. */
  version(id: string): z.infer<typeof POLICY_VERSION>
  use(id: string): Promise<z.infer<typeof POLICY_SWITCH>>
  rollBack(): Promise<z.infer<typeof POLICY_SWITCH>>
  /** By default from the version that was in force before to the one that is. */
  diff(from: string | undefined, to: string | undefined): z.infer<typeof POLICY_DIFF>
  reload(cause: 'request'): Promise<z.infer<typeof RELOAD>>
}

const NO_VERSION = { description: 'No such version is kept.' }

export function policyOperations(control: PolicyControl): Operation[] {
  return [
    operation({
      id: 'policies',
      method: 'GET',
      path: '/v1/policies',
      summary: 'Which version of the policies is in force, which are kept, and how the last reload went.',
      answers: { 200: { description: 'The versions, oldest first.', schema: POLICIES } },
      handle: () => ({ status: 200, body: control.list() }),
    }),
    operation({
      id: 'policyDiff',
      method: 'GET',
      path: '/v1/policies/diff',
      summary:
        'What differs between two versions; by default between the one in force before and the one in force.',
      query: z.object({ from: z.string().optional(), to: z.string().optional() }),
      answers: {
        200: { description: 'The files that differ, each with a unified diff.', schema: POLICY_DIFF },
        404: NO_VERSION,
      },
      handle: ({ query }) => ({ status: 200, body: control.diff(query.from, query.to) }),
    }),
    operation({
      id: 'policyVersion',
      method: 'GET',
      path: '/v1/policies/{id}',
      summary: 'One version: its routes and its sources.',
      answers: { 200: { description: 'The version.', schema: POLICY_VERSION }, 404: NO_VERSION },
      handle: ({ path }) => ({ status: 200, body: control.version(path['id'] ?? '') }),
    }),
    operation({
      id: 'usePolicies',
      method: 'POST',
      path: '/v1/policies/{id}/use',
      summary: 'Puts a version that is kept in force, until the files change again.',
      answers: { 200: { description: 'It is in force.', schema: POLICY_SWITCH }, 404: NO_VERSION },
      handle: async ({ path }) => ({ status: 200, body: await control.use(path['id'] ?? '') }),
    }),
    operation({
      id: 'rollBackPolicies',
      method: 'POST',
      path: '/v1/policies/rollback',
      summary: 'Puts the version in force that was before, until the files change again.',
      answers: {
        200: { description: 'It is in force.', schema: POLICY_SWITCH },
        409: { description: 'None is kept that was in force before.' },
      },
      handle: async () => ({ status: 200, body: await control.rollBack() }),
    }),
    operation({
      id: 'reloadPolicies',
      method: 'POST',
      path: '/v1/policies/reload',
      summary: 'Loads the policies from disk now, rather than when a change is noticed.',
      answers: {
        200: { description: 'They are in force, or were already.', schema: RELOAD },
        422: { description: 'They do not load; what was in force still is. `errors` says why.' },
        409: { description: 'The policies of this edge do not come from disk.' },
      },
      handle: async () => ({ status: 200, body: await control.reload('request') }),
    }),
  ]
}
