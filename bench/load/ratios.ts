/** Figures of two lanes of one run, set against each other round by round. */
import type { Measurement } from './rounds.ts'

/** The middle one of the rounds, and the extremes. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** `figure` of lane `above` divided by that of lane `below`, in each round; null where one of them was left out. */
export function ratio(
  measurements: readonly Measurement[],
  above: string,
  below: string,
  figure: (one: Measurement) => number = (one) => one.cpuUsPerRequest,
): Spread | null {
  const upper = measurements.filter((one) => one.lane === above)
  const ratios = upper.flatMap((one) => {
    const other = measurements.find((two) => two.lane === below && two.round === one.round)
    return other === undefined ? [] : [figure(one) / figure(other)]
  })
  return ratios.length === 0 ? null : spread(ratios)
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  const median = sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2
  return { median, least: sorted[0] ?? NaN, most: sorted.at(-1) ?? NaN }
}
