/**
 * The answer to Range (RFC 9110 §14): made for this client from the whole response, stored or as it arrives, or from a stored
 * stretch of it. Comes behind all other conditions, and only where the answer would else be a 200 (§13.2.2, §14.2).
 */
import { createHash } from 'node:crypto'
import { LIMITS } from '../../config/limits.ts'
import type { Fields } from '../../http/fields.ts'
import { ifRangeHolds } from '../../http/if-range.ts'
import {
  multipartFields,
  multipartTexts,
  partialFields,
  unsatisfiableFields,
} from '../../http/range-response.ts'
import { answerToRange, type ByteRange, type RangeAnswer } from '../../http/range.ts'
import type { BodyPart } from '../body-parts.ts'
import type { ResponseHead } from '../exchange.ts'
import type { Transaction } from '../transaction.ts'

/** Hot: asked for every response from the store. */
export function asksForRange(tx: Transaction): boolean {
  return tx.request.fields.has('range')
}

/** What a range is asked of. */
export interface Representation {
  /** The fields of its 200. */
  readonly fields: Fields
  readonly etag: string
  readonly lastModified: string
  readonly completeBytes: number
}

/** What Range gets of it; `whole` where it is not to be heeded. */
export function rangeAnswer(tx: Transaction, of: Representation): RangeAnswer {
  const { fields, method } = tx.request
  const range = fields.get('range')
  // GET is the only method with a meaning for it (§14.2).
  if (range === undefined || method !== 'GET' || tx.exchange.method !== 'GET') return IGNORED
  const stored = { etag: of.etag, lastModified: of.lastModified, date: of.fields.get('date') ?? '' }
  if (!ifRangeHolds(fields, stored, tx.clock.wall())) return IGNORED
  const answer = answerToRange(range, of.completeBytes, RANGE_LIMITS)
  // Content-Encoding is true of the representation, and would be said of the multipart wrapping.
  const isWrapped = answer.kind === 'ranges' && answer.ranges.length > 1
  return isWrapped && of.fields.has('content-encoding') ? IGNORED : answer
}

const IGNORED: RangeAnswer = { kind: 'whole' }
const RANGE_LIMITS = { ranges: LIMITS.ranges, overlaps: LIMITS.rangeOverlaps }

/** A 206 about to be sent: its head, its length, and what of the body goes into it. */
export interface PartialResponse {
  readonly head: ResponseHead
  readonly bodyBytes: number
  readonly parts: readonly BodyPart[]
}

export function partialResponse(
  tx: Transaction,
  { fields, completeBytes }: Representation,
  ranges: readonly [ByteRange, ...ByteRange[]],
): PartialResponse {
  if (ranges.length === 1) {
    const head = { status: 206, fields: partialFields(fields, ranges[0], completeBytes) }
    return { head, bodyBytes: bytesOf(ranges[0]), parts: [stretchOf(ranges[0])] }
  }
  const boundary = boundaryOf(tx)
  const texts = multipartTexts(fields, ranges, completeBytes, boundary).map((text) =>
    Buffer.from(text, 'latin1'),
  )
  const parts = texts.flatMap((text, i): BodyPart[] => {
    const range = ranges[i]
    return range === undefined ? [text] : [text, stretchOf(range)]
  })
  let bodyBytes = 0
  for (const text of texts) bodyBytes += text.length
  for (const range of ranges) bodyBytes += bytesOf(range)
  return { head: { status: 206, fields: multipartFields(fields, boundary) }, bodyBytes, parts }
}

const bytesOf = ({ first, last }: ByteRange): number => last - first + 1
const stretchOf = ({ first, last }: ByteRange): BodyPart => ({ first, end: last + 1 })

function boundaryOf(tx: Transaction): string {
  const { seed, clock } = tx.context
  return createHash('sha256').update(`${seed}\n${tx.key}\n${clock.now()}`).digest('hex').slice(0, 32)
}

/** 416: nothing of what was asked for is there (§15.5.17). */
export function sendUnsatisfiable(tx: Transaction, { fields, completeBytes }: Representation): void {
  tx.status = 416
  const body = Buffer.from(
    `Nothing of the range asked for is there: this has ${completeBytes} bytes.\n`,
    'latin1',
  )
  tx.exchange.send({ status: 416, fields: unsatisfiableFields(fields, completeBytes) }, body)
}

/** Whether the ranges lie in what is stored of the representation. */
export function lieWithin(ranges: readonly ByteRange[], held: ByteRange): boolean {
  return ranges.every(({ first, last }) => first >= held.first && last <= held.last)
}

/** Whether each lies behind the one before. */
export function lieInOrder(ranges: readonly ByteRange[]): boolean {
  return ranges.every(({ first }, i) => first > (ranges[i - 1]?.last ?? -1))
}
