/**
 * The scratch of one transaction: values of the policy's own, made when a hook first looks at them. They live through restarts, and the
 * fetches that the transaction begins share them. A restart that leads to a route with another `scratch` gets that one's;
 * back on the first route, the values from before are there again.
 */
import type { Scratch } from '../policy/hooks.ts'
import type { ActiveRoute } from '../policy/policy-set.ts'

export class ScratchKeeper {
  /** Nearly always one: by what made it. */
  readonly #made: { readonly by: ActiveRoute['scratch']; readonly values: Scratch }[] = []

  of(route: ActiveRoute): Scratch {
    const by = route.scratch
    const known = this.#made.find((one) => one.by === by)
    if (known !== undefined) return known.values
    const values = by === null ? {} : made(by)
    this.#made.push({ by, values })
    return values
  }
}

function made(by: () => object): Scratch {
  const values: unknown = by()
  if (typeof values === 'object' && values !== null && !(values instanceof Promise)) return values as Scratch
  const what = values instanceof Promise ? 'a promise' : values === null ? 'null' : typeof values
  throw new TypeError(`scratch: it must make an object at once, and made ${what}`)
}
