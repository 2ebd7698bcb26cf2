/** The values of a labelled counter by label, those that are not zero. */
import { COUNTERS, type CounterId } from '../../src/observe/counters.ts'
import type { Recorder } from '../../src/observe/recorder.ts'

export function countsOf(recorder: Recorder, id: CounterId): Record<string, number> {
  const values = COUNTERS[id].label?.values ?? ['']
  return Object.fromEntries(
    [...recorder.slots(id)]
      .map((count, i) => [values[i] ?? '', count] as const)
      .filter(([, count]) => count > 0),
  )
}
