/** A figure beside the target that it should reach. */
import type { Spread } from './ratios.ts'

export interface Finding {
  /** `CPU per hit / HAProxy's`. */
  readonly what: string
  readonly value: number
  /** Between rounds; null where there was one. */
  readonly spread: Spread | null
  readonly unit: string
  /** Null where the figure is there for information. */
  readonly target: Target | null
}

export type Target = { readonly atMost: number } | { readonly atLeast: number }

/** A ratio to another lane, as a list: empty where that lane was left out. */
export function ratioFinding(what: string, spread: Spread | null, target: Target | null): Finding[] {
  return spread === null ? [] : [{ what, value: spread.median, spread, unit: 'x', target }]
}

export function finding(what: string, value: number, unit: string, target: Target | null = null): Finding {
  return { what, value, spread: null, unit, target }
}

/** Whether the figure is where it should be; true where nothing is demanded. */
export function isMet({ value, target }: Finding): boolean {
  if (target === null) return true
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast
}

/** What, figure, spread, target, verdict. */
export function findingRow(one: Finding): string[] {
  const { what, value, spread, unit, target } = one
  const between = spread === null ? '' : `${short(spread.least)} to ${short(spread.most)}`
  if (target === null) return [what, `${short(value)} ${unit}`, between, '', '']
  const bound = 'atMost' in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`
  return [what, `${short(value)} ${unit}`, between, bound, isMet(one) ? 'met' : 'MISSED']
}

function short(value: number): string {
  if (Math.abs(value) >= 1000) return value.toFixed(0)
  return Math.abs(value) >= 20 ? value.toFixed(1) : value.toFixed(2)
}
