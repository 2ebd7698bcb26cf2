/** A broken invariant of our own: a bug, never something the network can cause. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** Throws `InvariantError` where a condition that our own code guarantees does not hold. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new InvariantError(what)
}

/** Ends a `switch` over a union: reached only when a case is missing. */
export function unreachable(value: never): never {
  throw new InvariantError(`unexpected value: ${JSON.stringify(value)}`)
}
