/**
 * What the control API can do, as a table: each operation says its method and path, what it takes and what it answers. Routing
 * (`routes.ts`), the checks of what is sent, and the OpenAPI document are made from it, so that they can't disagree.
 *
 * An operation never sees input that its schemas refuse, and its own refusals are thrown as a `Problem`.
 */
import type { z } from 'zod'
import { readInput, strict } from './input.ts'

export { Problem } from './problem.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface OperationRequest<Query, Body> {
  /** What stood in the braces of the path, decoded. */
  readonly path: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
}

export interface OperationAnswer {
  readonly status: number
  /** Sent as JSON. */
  readonly body: unknown
}

export interface AnswerDescription {
  readonly description: string
  readonly schema?: z.ZodType
}

export interface OperationDefinition<Query, Body> {
  /** `purge`; unique, in camelCase. */
  readonly id: string
  readonly method: Method
  /** `/v1/policies/{id}` */
  readonly path: string
  /** One line for people. */
  readonly summary: string
  /** An object of strings. Members that it doesn't name are refused. */
  readonly query?: z.ZodType<Query>
  /** JSON. Members that an object doesn't name are refused (of inner objects: make them with `z.strictObject`). */
  readonly body?: z.ZodType<Body>
  /** What it answers by itself, problems too. Those that every operation may give (400, 401, 405…) need not be named. */
  readonly answers: Readonly<Record<number, AnswerDescription>>
  handle(request: OperationRequest<Query, Body>): OperationAnswer | Promise<OperationAnswer>
}

/** An operation of whatever input, as the listener and the OpenAPI document see it. */
export interface Operation {
  readonly id: string
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly query: z.ZodType | null
  readonly body: z.ZodType | null
  readonly answers: Readonly<Record<number, AnswerDescription>>
  /** Throws a `Problem` for input that is not as declared. */
  run(
    request: OperationRequest<Readonly<Record<string, string>>, unknown>,
  ): OperationAnswer | Promise<OperationAnswer>
}

export function operation<Query = undefined, Body = undefined>(
  definition: OperationDefinition<Query, Body>,
): Operation {
  const { id, method, path, summary, answers } = definition
  const query = definition.query === undefined ? null : strict(definition.query)
  const body = definition.body === undefined ? null : strict(definition.body)
  return {
    id,
    method,
    path,
    summary,
    query,
    body,
    answers,
    run: (request) =>
      definition.handle({
        path: request.path,
        // Where nothing is declared nothing may be sent, and the handler's type says `undefined`.
        query: readInput(query, request.query, 'query') as Query,
        body: readInput(body, request.body, 'body') as Body,
      }),
  }
}
