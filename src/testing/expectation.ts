/** Holds what is against what was expected. What differs is said in one line each; no test runner is asked. */
import type { ReadonlyHeaders } from '../policy/views.ts'

/** The text itself, or what it must match; null where there must be none. */
export type TextExpectation = string | RegExp | null

/** By name, in any case. */
export type HeaderExpectations = Readonly<Record<string, TextExpectation>>

/** What differs, a line each. */
export class Differences {
  readonly #lines: string[] = []

  value(what: string, actual: string | number | null, expected: string | number | null | undefined): void {
    if (expected !== undefined && actual !== expected) this.#add(what, actual, expected)
  }

  text(what: string, actual: string | null, expected: TextExpectation | undefined): void {
    if (!(expected instanceof RegExp)) this.value(what, actual, expected)
    else if (actual === null || !expected.test(actual)) this.#add(what, actual, expected)
  }

  headers(actual: ReadonlyHeaders, expected: HeaderExpectations = {}): void {
    for (const [name, text] of Object.entries(expected))
      this.text(`header ${name.toLowerCase()}`, actual.get(name) ?? null, text)
  }

  /** Whether two sets of names are the same, in whatever order. */
  names(what: string, actual: readonly string[], expected: readonly string[] | undefined): void {
    if (expected === undefined) return
    const sorted = (names: readonly string[]): string => [...names].sort().join(', ')
    this.value(what, sorted(actual), sorted(expected))
  }

  /** Throws an `Error` where anything differs. */
  report(of: string, story: string): void {
    if (this.any) fail(`${of}\n${this.#lines.join('\n')}`, story)
  }

  get any(): boolean {
    return this.#lines.length > 0
  }

  #add(what: string, actual: string | number | null, expected: string | number | RegExp | null): void {
    this.#lines.push(`  ${what} is ${shown(actual)}, expected ${shown(expected)}`)
  }
}

/**
 * Throws a `TypeError` for a word that nothing is compared with. Runners strip types and don't check them, so that a slip of the pen would
 * be a test that is always content.
 */
export function checkWords<Expected extends object>(
  expected: Expected,
  known: Readonly<Record<keyof Expected, true>>,
): void {
  const odd = Object.keys(expected).find((word) => !Object.hasOwn(known, word))
  if (odd === undefined) return
  throw new TypeError(`nothing can be expected of '${odd}'; there are ${Object.keys(known).join(', ')}`)
}

/** Throws an `Error` whose stack begins at the test's own line. `story`: what happened, for whoever reads the failure. */
export function fail(problem: string, story: string): never {
  const error = new Error(story === '' ? problem : `${problem}\n\n${story}\n`)
  const frames = (error.stack ?? '').split('\n')
  error.stack = frames.filter((frame) => !frame.startsWith('    at ') || !frame.includes(OWN_ROOM)).join('\n')
  throw error
}

const OWN_ROOM = new URL('.', import.meta.url).href

function shown(value: string | number | RegExp | null): string {
  if (value === null) return 'absent'
  if (typeof value !== 'string') return String(value)
  return value.length > SHOWN ? `${JSON.stringify(value.slice(0, SHOWN))}…` : JSON.stringify(value)
}

const SHOWN = 200
