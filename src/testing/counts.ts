/** What the recorder counted, by name. */
import { COUNTERS, OUTCOMES, type CounterId, type Outcome } from '../observe/counters.ts'
import type { Recorder } from '../observe/recorder.ts'
import { Differences } from './expectation.ts'

/** How many requests ended how. What is left out, none. */
export type OutcomeCounts = Partial<Record<Outcome, number>>

/** Of one route, or of all where `route` is undefined. */
export function outcomesOf(recorder: Recorder, route: string | undefined): OutcomeCounts {
  const counted: OutcomeCounts = {}
  for (const counts of recorder.routes()) {
    if (route !== undefined && counts.route !== route) continue
    OUTCOMES.forEach((outcome, i) => {
      const count = counts.outcomes[i] ?? 0
      if (count > 0) counted[outcome] = (counted[outcome] ?? 0) + count
    })
  }
  return counted
}

export function outcomeDifferences(counted: OutcomeCounts, expected: OutcomeCounts): Differences {
  const differences = new Differences()
  for (const outcome of OUTCOMES) differences.value(outcome, counted[outcome] ?? 0, expected[outcome] ?? 0)
  return differences
}

/** Under one label, or under all where `label` is undefined. Throws `TypeError` for a label that the counter hasn't. */
export function countOf(recorder: Recorder, id: CounterId, label: string | undefined): number {
  const slots = recorder.slots(id)
  if (label === undefined) return slots.reduce((sum, value) => sum + value, 0)
  const values: readonly string[] = COUNTERS[id].label?.values ?? []
  const count = slots[values.indexOf(label)]
  if (count === undefined)
    throw new TypeError(`counter ${id} has no label '${label}'; it has ${values.join(', ') || 'none'}`)
  return count
}
