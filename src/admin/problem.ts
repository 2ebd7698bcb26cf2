/**
 * What keeps a call of the control API from being done, as RFC 9457 has it. Its `type` stays `about:blank`, since there is no
 * page of ours to point to; `code` is what programs tell problems apart by.
 */
import { z } from 'zod'
import { http } from './http-module.ts'

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** Kebab-case. */
  readonly code: string
  /** Further members of the answer. */
  readonly extra: object

  /** `detail` says what is wrong and what would be right. */
  constructor(status: number, code: string, detail: string, extra: object = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.extra = extra
  }

  /** The body of the answer (RFC 9457 §3.1). */
  toJSON(): object {
    return {
      type: 'about:blank',
      title: http.STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
      code: this.code,
      ...this.extra,
    }
  }
}

/** The members that every problem has; operations may add others. */
export const PROBLEM = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What is wrong and what would be right.'),
  code: z.string().describe('What programs tell problems apart by.'),
  errors: z
    .array(z.object({ where: z.string(), what: z.string() }))
    .optional()
    .describe('Of bad input: each member that is wrong.'),
})
