/** A route whose hooks note which fields of the request they read, and what `originRequest` changes. They are the very hooks otherwise. */
import type { HookName } from '../policy/hooks.ts'
import { route, type Route } from '../policy/route.ts'
import type { ReadonlyHeaders } from '../policy/views.ts'

/** What stands for the client's address among names of fields, none of which has a blank. */
export const CLIENT_ADDRESS = 'client address'

/** Hooks that shape what is stored. What the others read concerns one client alone. */
const SHAPING = ['recv', 'hash', 'originRequest', 'originResponse'] as const satisfies readonly HookName[]

export class Reads {
  /** The first hook that read it, by field: `shop recv`. */
  readonly #byField = new Map<string, { readonly route: string; readonly hook: HookName }>()
  /** What `originRequest` left of the fields that it changed. */
  readonly changes: string[] = []

  note(field: string, route: string, hook: HookName): void {
    if (!this.#byField.has(field)) this.#byField.set(field, { route, hook })
  }

  get fields(): readonly string[] {
    return [...this.#byField.keys()]
  }

  readerOf(field: string): { readonly route: string; readonly hook: HookName } | undefined {
    return this.#byField.get(field)
  }
}

type AnyHook = (at: object) => unknown

/** `name`: of the route, as the edge calls it. */
export function tracked(original: Route, name: string, reads: Reads): Route {
  const { definition } = original
  const hooks: Partial<Record<HookName, AnyHook>> = {}
  for (const hook of SHAPING) {
    const own = definition[hook] as AnyHook | undefined
    if (own === undefined) continue
    hooks[hook] = (at) => {
      const before = hook === 'originRequest' ? linesOf(at) : []
      const answer = own(watched(at, name, hook, reads))
      const noteChanges = (): void => {
        if (hook === 'originRequest')
          reads.changes.push(...linesOf(at).filter((line) => !before.includes(line)))
      }
      if (answer instanceof Promise)
        return answer.then((late: unknown) => {
          noteChanges()
          return late
        })
      noteChanges()
      return answer
    }
  }
  return route({ ...definition, ...(hooks as object) })
}

function linesOf(at: object): string[] {
  const { headers } = (at as { readonly request: { readonly headers: ReadonlyHeaders } }).request
  return [...new Set(headers.names())].map((name) => `${name}: ${headers.get(name) ?? ''}`)
}

/** `at` as the hook is given it, but that its request tells what is read of it. */
function watched(at: object, name: string, hook: HookName, reads: Reads): object {
  return overlaid(at, (property, value) =>
    property === 'request' ? watchedRequest(value as object, name, hook, reads) : value,
  )
}

function watchedRequest(request: object, name: string, hook: HookName, reads: Reads): object {
  return overlaid(request, (property, value) => {
    if (property === 'client') reads.note(CLIENT_ADDRESS, name, hook)
    return property === 'headers' ? watchedHeaders(value as object, name, hook, reads) : value
  })
}

function watchedHeaders(headers: object, name: string, hook: HookName, reads: Reads): object {
  return overlaid(headers, (property, value) => {
    if (property !== 'get' && property !== 'has' && property !== 'all') return value
    const read = value as (field: string) => unknown
    return (field: string): unknown => {
      reads.note(field.toLowerCase(), name, hook)
      return read(field)
    }
  })
}

/** The object itself in all it does and refuses; what is read of it goes through `see`. */
function overlaid(target: object, see: (property: string | symbol, value: unknown) => unknown): object {
  return new Proxy(target, {
    get(_, property): unknown {
      const value: unknown = Reflect.get(target, property, target)
      return see(property, typeof value === 'function' ? (value as AnyHook).bind(target) : value)
    },
    set: (_, property, value) => Reflect.set(target, property, value, target),
  })
}
