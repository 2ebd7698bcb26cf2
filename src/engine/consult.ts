/**
 * Asks a policy: the route's own hook first, `builtin`'s where that decides nothing.
 * A hook that throws, answers what is not legal there, or never answers becomes a `HookError`; the edge lives on.
 */
import { assert } from '../base/assert.ts'
import type { Clock } from '../base/clock.ts'
import { show } from '../config/units.ts'
import type { HookProblem } from '../observe/counters.ts'
import { ASYNC_HOOKS, LEGAL_VERDICTS, type HookName } from '../policy/hooks.ts'
import { locate } from '../policy/policy-error.ts'
import type { ActiveRoute } from '../policy/policy-set.ts'
import { isFinalStatus, type PassVerdict, type SynthVerdict, type Verdict } from '../policy/verdict.ts'
import { checkedName } from './headers-view.ts'
import type { Trace } from './trace.ts'

export class HookError extends Error {
  override readonly name = 'HookError'
  readonly hook: HookName
  readonly route: string
  readonly problem: HookProblem
  /** `file:line` of the policy: where it threw, or else where the hook was written. */
  readonly where: string

  /** `what`: what it did, as the rest of a sentence. */
  constructor(hook: HookName, route: ActiveRoute, problem: HookProblem, what: string, cause?: unknown) {
    super(`hook ${hook} of route ${route.name} ${what}`, cause === undefined ? undefined : { cause })
    this.hook = hook
    this.route = route.name
    this.problem = problem
    const where = locate(cause, route.file)
    this.where = where === route.file ? (route.places[hook] ?? where) : where
  }
}

export interface Consultation {
  readonly route: ActiveRoute
  readonly builtin: ActiveRoute
  readonly clock: Clock
  /** How long an asynchronous hook may take. */
  readonly limitMs: number
  /** Told of every verdict; null where nobody watches. */
  readonly trace: Trace | null
}

/** A hook as it is called here: what it sees was prepared by the caller for just that hook. */
type AnyHook = (at: object) => unknown

/** The verdict; a promise of one only where the hook made one. Throws `HookError`. Hot. */
export function consult(by: Consultation, hook: HookName, at: object): Verdict | Promise<Verdict> {
  const own = by.route.hooks[hook] as AnyHook | undefined
  if (own !== undefined && by.route !== by.builtin) {
    const answer = call(own, hook, by.route, at)
    if (answer instanceof Promise) return later(by, hook, checkedAsync(by, hook, answer), at)
    if (answer !== undefined) return judged(by, hook, by.route, answer)
    if (by.trace !== null) noteFallThrough(by, hook)
  }
  return consultBuiltin(by, hook, at)
}

/** As `consult`, for hooks that can't be asynchronous. Hot. */
export function consultNow(by: Consultation, hook: HookName, at: object): Verdict {
  const verdict = consult(by, hook, at)
  // `consult` has refused a promise of any hook that this is called for.
  assert(!(verdict instanceof Promise), `hook ${hook} is asynchronous`)
  return verdict
}

function consultBuiltin(by: Consultation, hook: HookName, at: object): Verdict {
  const builtin = by.builtin.hooks[hook] as AnyHook | undefined
  const answer = builtin === undefined ? undefined : call(builtin, hook, by.builtin, at)
  return judged(by, hook, by.builtin, answer)
}

function judged(by: Consultation, hook: HookName, route: ActiveRoute, answer: unknown): Verdict {
  const verdict = legal(hook, route, answer)
  if (by.trace !== null) by.trace.note({ kind: 'hook', hook, from: route.name, verdict })
  return verdict
}

function noteFallThrough(by: Consultation, hook: HookName): void {
  by.trace?.note({ kind: 'hook', hook, from: by.route.name, verdict: null })
}

function call(hook: AnyHook, name: HookName, route: ActiveRoute, at: object): unknown {
  try {
    return hook(at)
  } catch (error) {
    throw new HookError(name, route, 'threw', `threw: ${messageOf(error)}`, error)
  }
}

function legal(hook: HookName, route: ActiveRoute, answer: unknown): Verdict {
  const verdict = answer as Verdict | undefined | null
  if (verdict !== undefined && verdict !== null && LEGAL_VERDICTS[hook].includes(verdict.kind)) {
    if (verdict.kind === 'synth') checkSynth(hook, route, verdict)
    else if (verdict.kind === 'pass') checkPass(hook, route, verdict)
    return verdict
  }
  const named = typeof verdict?.kind === 'string' ? `${verdict.kind}()` : show(answer)
  const legalThere = LEGAL_VERDICTS[hook].map((kind) => `${kind}()`).join(', ')
  throw new HookError(hook, route, 'illegal-verdict', `answered ${named}; legal there: ${legalThere}`)
}

/** What is wrong with an answer is said here, where it is known whose it is. */
function checkSynth(hook: HookName, route: ActiveRoute, verdict: SynthVerdict): void {
  try {
    if (!isFinalStatus(verdict.status)) throw new RangeError(`status ${verdict.status} is not a final status`)
    for (const [name, value] of Object.entries(verdict.headers)) checkedName(name, value)
    if (typeof verdict.body !== 'string') throw new TypeError('body is no string')
  } catch (error) {
    const what = `answered a synth() that can't be sent: ${messageOf(error)}`
    throw new HookError(hook, route, 'unsendable-verdict', what)
  }
}

/** The reason goes into Cache-Status, and into logs. */
function checkPass(hook: HookName, route: ActiveRoute, { reason }: PassVerdict): void {
  if (typeof reason === 'string' && /^[ -~]{0,64}$/.test(reason)) return
  const what = `answered a pass() whose reason is ${show(reason)}; give a short word such as 'logged-in'`
  throw new HookError(hook, route, 'unsendable-verdict', what)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : show(error))

function checkedAsync(by: Consultation, hook: HookName, promise: Promise<unknown>): Promise<unknown> {
  if (ASYNC_HOOKS.includes(hook)) return promise
  // Nobody waits for it; what becomes of it is of no interest.
  promise.catch(() => undefined)
  const what = `must not be asynchronous; these may: ${ASYNC_HOOKS.join(', ')}`
  throw new HookError(hook, by.route, 'not-asynchronous', what)
}

async function later(
  by: Consultation,
  hook: HookName,
  promise: Promise<unknown>,
  at: object,
): Promise<Verdict> {
  by.trace?.note({ kind: 'hook-waits', hook, from: by.route.name })
  const answer = await withinLimit(by, hook, promise)
  if (answer !== undefined) return judged(by, hook, by.route, answer)
  noteFallThrough(by, hook)
  return consultBuiltin(by, hook, at)
}

function withinLimit(by: Consultation, hook: HookName, promise: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = by.clock.after(by.limitMs, () => {
      reject(new HookError(hook, by.route, 'timeout', `took longer than ${by.limitMs} ms (hookTimeout)`))
    })
    promise.then(
      (answer) => {
        timer.cancel()
        resolve(answer)
      },
      (error: unknown) => {
        timer.cancel()
        reject(new HookError(hook, by.route, 'rejected', `failed: ${messageOf(error)}`, error))
      },
    )
  })
}
