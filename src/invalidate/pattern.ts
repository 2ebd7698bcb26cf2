/**
 * Regular expressions that operators write. They run while clients wait, so they must not be able to take long: RE2's syntax and method
 * (package re2js), which reads a text once from front to back whatever the expression, and has no backreferences and no look-around.
 * What is left that costs, the size of the expression and the length of the text, is bounded (`config/limits.ts`).
 */
import { RE2JS, RE2JSSyntaxException } from 're2js'
import { LIMITS } from '../config/limits.ts'

/** Whether it matches somewhere in the text. */
export type Pattern = (text: string) => boolean

export type PatternReading =
  { readonly ok: true; readonly pattern: Pattern } | { readonly ok: false; readonly why: string }

export function readPattern(text: string): PatternReading {
  if (text.length > LIMITS.patternChars) {
    return {
      ok: false,
      why: `a regular expression of ${text.length} characters is too long; at most ${LIMITS.patternChars} will do`,
    }
  }
  const compiled = compile(text)
  if (typeof compiled === 'string') {
    return {
      ok: false,
      why: `"${text}" is no regular expression as RE2 has them (no backreferences, no look-around): ${compiled}`,
    }
  }
  if (compiled.programSize() > LIMITS.patternSteps) {
    return {
      ok: false,
      why: `"${text}" is too large a regular expression: its counted repetitions write it out to ${compiled.programSize()} steps, and at most ${LIMITS.patternSteps} will do`,
    }
  }
  return { ok: true, pattern: (subject) => compiled.test(subject) }
}

/** The library says by exception what is no expression; that is an expected outcome here. */
function compile(text: string): RE2JS | string {
  try {
    return RE2JS.compile(text)
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.message.replace(/^error parsing regexp: /, '')
    throw error
  }
}
