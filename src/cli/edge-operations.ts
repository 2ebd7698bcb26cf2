/** What the control API of an edge can do: each feature's operations, one line each. */
import { drainOperations } from '../admin/drain-operations.ts'
import { invalidationOperations } from '../admin/invalidation-operations.ts'
import { explainOperations } from '../admin/explain-operations.ts'
import type { Operation } from '../admin/operation.ts'
import { originOperations, type OriginControl } from '../admin/origin-operations.ts'
import { parameterOperations } from '../admin/parameter-operations.ts'
import { policyOperations, type PolicyControl } from '../admin/policy-operations.ts'
import { responseOperations } from '../admin/response-operations.ts'
import { versionOperations } from '../admin/version-operations.ts'
import type { Clock } from '../base/clock.ts'
import type { Invalidator } from '../engine/invalidator.ts'
import type { Engine } from '../engine/engine.ts'
import type { TagIndex } from '../invalidate/tag-index.ts'
import type { Log } from '../observe/events.ts'
import type { Recorder } from '../observe/recorder.ts'
import type { Store } from '../store/store.ts'
import type { Drain } from './drain.ts'
import type { SettingsInForce } from './settings-in-force.ts'

export interface OperatedEdge {
  readonly version: string
  readonly clock: Clock
  readonly startedAt: number
  readonly recorder: Recorder
  readonly log: Log
  readonly store: Store
  readonly tags: TagIndex
  readonly invalidator: Invalidator
  readonly origins: OriginControl
  readonly inForce: SettingsInForce
  readonly policies: PolicyControl
  readonly drain: Drain
  readonly engine: Engine
  /** Where clients are served: the host of a URL that is a path alone. */
  readonly ownHost: () => string
}

export function operationsOf(edge: OperatedEdge): Operation[] {
  const { version, clock, startedAt, log, store, tags, invalidator, inForce, engine } = edge
  return [
    ...versionOperations(version, () => clock.now() - startedAt),
    ...responseOperations({
      store,
      tags,
      clock,
      isWithdrawn: (slot, key) => invalidator.isWithdrawn(slot, key),
      defaultAuthority: edge.ownHost,
    }),
    ...invalidationOperations(invalidator, log),
    ...originOperations(edge.origins),
    ...parameterOperations({
      settings: () => inForce.current,
      change: (settings) => inForce.change(settings),
      log,
    }),
    ...policyOperations(edge.policies),
    ...drainOperations(edge.drain),
    ...explainOperations({
      explain: (request) => engine.explain(request),
      last: (url, method) => engine.last(url, method),
      defaultHost: edge.ownHost,
    }),
  ]
}
