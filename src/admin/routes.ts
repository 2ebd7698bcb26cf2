/** Which operation a method and a path mean. Made once, of the table of operations. */
import { Problem } from './problem.ts'
import type { Operation } from './operation.ts'

export interface Found {
  readonly operation: Operation
  /** What stood in the braces of its path, decoded. */
  readonly path: Readonly<Record<string, string>>
}

interface Route {
  readonly operation: Operation
  readonly segments: readonly string[]
}

export class Routes {
  readonly operations: readonly Operation[]
  readonly #routes: readonly Route[]

  constructor(operations: readonly Operation[]) {
    this.operations = operations
    // Plain segments rule over those in braces: /v1/responses/show is never a response called show.
    this.#routes = operations
      .map((operation) => ({ operation, segments: operation.path.split('/') }))
      .sort((a, b) => braces(a) - braces(b))
    const names = new Set(
      operations.map(({ method, path }) => `${method} ${path.replace(/\{[^}]*\}/g, '{}')}`),
    )
    const ids = new Set(operations.map(({ id }) => id))
    if (names.size !== operations.length || ids.size !== operations.length) {
      throw new Error('two operations have one name, or one method and path')
    }
  }

  /** Throws a 404 that lists what there is, or a 405 that says in `allow` what the path takes. */
  find(method: string, path: string): Found {
    const segments = path.split('/')
    const matching = this.#routes.flatMap(({ operation, segments: pattern }) => {
      const values = valuesOf(pattern, segments)
      return values === null ? [] : [{ operation, path: values }]
    })
    // A HEAD is answered as the GET would be, without its body.
    const wanted = method === 'HEAD' ? 'GET' : method
    const found = matching.find(({ operation }) => operation.method === wanted)
    if (found !== undefined) return found
    if (matching.length > 0) {
      const allow = [...new Set(matching.flatMap(({ operation }) => methodsOf(operation)))]
      throw new Problem(405, 'method', `${path} is not for ${method}; use ${allow.join(' or ')}`, { allow })
    }
    throw new Problem(404, 'unknown-path', `there is no ${path}; there are those in operations`, {
      operations: this.operations.map((operation) => `${operation.method} ${operation.path}`),
    })
  }
}

function braces({ segments }: Route): number {
  return segments.filter((segment) => segment.startsWith('{')).length
}

function methodsOf(operation: Operation): string[] {
  return operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method]
}

/** What stands in the braces of `pattern`; null where the path is another. */
function valuesOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null
  const values: Record<string, string> = {}
  for (const [i, expected] of pattern.entries()) {
    const segment = segments[i] ?? ''
    if (!expected.startsWith('{')) {
      if (expected !== segment) return null
      continue
    }
    const value = decoded(segment)
    if (value === null || value === '') return null
    values[expected.slice(1, -1)] = value
  }
  return values
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
}
