/** What is stored, over the control API: listing and searching it, and showing what there is for one URL. Changes nothing. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { LIMITS } from '../config/limits.ts'
import { cacheKey } from '../http/key.ts'
import { readTypedUrl } from '../http/typed-url.ts'
import type { TagIndex } from '../invalidate/tag-index.ts'
import { targetTag } from '../invalidate/tags.ts'
import { NO_SLOT, SCAN_DONE } from '../store/store.ts'
import { operation, Problem, type Operation } from './operation.ts'
import { searchResponses } from './response-search.ts'
import { DETAILS, detailsOf, STATES, SUMMARY, type StoredSource } from './stored-summary.ts'

export interface ResponseSource extends StoredSource {
  readonly tags: TagIndex
  readonly clock: Clock
  /** The host of a URL that is a path alone. */
  readonly defaultAuthority: () => string
}

export const LIST_ANSWER = z.object({
  responses: z.array(SUMMARY),
  next: z
    .string()
    .nullable()
    .describe('Cursor of the next page, which there may be though this one is short; null at the end.'),
})

export const SHOW_ANSWER = z.object({
  url: z.string(),
  responses: z.array(DETAILS).describe('Every variant, the newest first.'),
  more: z.boolean().describe('Whether there are more than are shown.'),
})

const LIST_QUERY = z.object({
  prefix: z.string().optional().describe('How the URL begins: http://shop.example/a'),
  host: z.string().toLowerCase().optional().describe('The host, with its port or without.'),
  tag: z.string().optional().describe('A tag that it bears.'),
  status: z
    .string()
    .regex(
      /^(?:[1-5]\d\d|[1-5]xx|0)$/,
      'write a status such as 404, a class such as 4xx, or 0 for hit-for-miss marks',
    )
    .optional(),
  state: z.enum(STATES).optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'write a number from 1 to 999')
    .optional()
    .describe('About how many to answer with, 100 unless given; the variants of one URL stay together.'),
  cursor: z.string().optional().describe('The `next` of the page before.'),
})

export function responseOperations(source: ResponseSource): Operation[] {
  const cursors = new Cursors()
  return [
    operation({
      id: 'listResponses',
      method: 'GET',
      path: '/v1/responses',
      summary: 'List and search stored responses, a page at a time.',
      query: LIST_QUERY,
      answers: {
        200: { description: 'A page of them, in no order that means anything.', schema: LIST_ANSWER },
      },
      async handle({ query }) {
        const { prefix, host, tag, state, limit = '100' } = query
        const filter = { prefix, host, tag, state, status: statusOf(query.status) }
        const from = query.cursor === undefined ? 0 : cursors.read(query.cursor)
        const found = await searchResponses(source, filter, from, Number(limit), () => source.clock.now())
        const next = found.cursor === SCAN_DONE ? null : cursors.write(found.cursor)
        return { status: 200, body: { responses: found.responses, next } }
      },
    }),
    operation({
      id: 'showResponse',
      method: 'GET',
      path: '/v1/responses/show',
      summary: 'Show what is stored for one URL: every variant, with its head.',
      query: z.object({
        url: z.string().describe('http://shop.example/a, or a path alone for the edge itself.'),
      }),
      answers: {
        200: { description: 'What is stored.', schema: SHOW_ANSWER },
        404: { description: 'Nothing is stored for that URL.' },
      },
      handle: ({ query }) => ({ status: 200, body: shown(source, query.url) }),
    }),
  ]
}

function shown(source: ResponseSource, text: string): z.infer<typeof SHOW_ANSWER> {
  const { store, clock } = source
  const reading = readTypedUrl(text, 'GET', source.defaultAuthority())
  if (!reading.ok) throw new Problem(400, 'bad-url', reading.why)
  const { scheme, authority, target } = reading.url
  const url = cacheKey(scheme, authority, target)
  const responses: z.infer<typeof DETAILS>[] = []
  let more = false
  for (const key of keysOf(url, source.tags)) {
    for (let slot = store.peek(key); slot !== NO_SLOT; slot = store.nextVariant(slot)) {
      if (responses.length < LIMITS.adminShown) responses.push(detailsOf(source, key, slot, clock.now()))
      else more = true
      if (more) break
    }
    if (more) break
  }
  if (responses.length === 0) throw new Problem(404, 'not-stored', `nothing is stored for ${url}`)
  return { url, responses, more }
}

/** The plain key, and those of what was stored for this target under a key that a policy or No-Vary-Search made. */
function keysOf(url: string, tags: TagIndex): Set<string> {
  return new Set([url, ...tags.keysOf(targetTag(url))])
}

/** `4xx` is 4. */
function statusOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.replace('xx', ''))
}

/** Cursors as they are handed out: good for this run of the edge alone, since a place in memory means nothing to another. */
class Cursors {
  readonly #run = randomBytes(6).toString('base64url')

  write(cursor: number): string {
    return `${this.#run}.${cursor.toString(36)}`
  }

  read(text: string): number {
    const [run, place = ''] = text.split('.')
    const cursor = /^[0-9a-z]{1,11}$/.test(place) ? parseInt(place, 36) : NaN
    if (run === this.#run && Number.isSafeInteger(cursor)) return cursor
    throw new Problem(400, 'bad-cursor', 'that cursor is not of this run of the edge; begin without one')
  }
}
