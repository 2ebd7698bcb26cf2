/**
 * Validation (RFC 9111 §4.3, RFC 9110 §13): answering a client's conditions from the store, and asking the origin under
 * conditions of our own. What the origin's 304 does to the stored head is in `freshening.ts`. Never throws.
 */
import { isHttpDate, parseHttpDate } from './date.ts'
import { isEntityTag, readEntityTags, weakMatch } from './etag.ts'
import type { ReadonlyFields } from './fields.ts'

export type PreconditionResult = 'proceed' | 'not-modified'

/** A stored response as conditions see it. Empty strings where a field is missing. */
export interface Validators {
  readonly status: number
  readonly etag: string
  readonly lastModified: string
  /** Date of the stored response, which stands in for a missing Last-Modified (RFC 9111 §4.3.2). */
  readonly date?: string
}

/**
 * A client's conditions against a stored response (RFC 9111 §4.3.2), in the order of RFC 9110 §13.2.2. If-Match and
 * If-Unmodified-Since are for the origin: a cache doesn't evaluate them, so it never answers 412. `wallMs` tells the century of
 * a two-digit year.
 */
export function evaluatePreconditions(
  method: string,
  requestFields: ReadonlyFields,
  stored: Validators,
  wallMs: number,
): PreconditionResult {
  if (method !== 'GET' && method !== 'HEAD') return 'proceed'
  if (stored.status !== 200 && stored.status !== 206) return 'proceed'
  const ifNoneMatch = requestFields.get('if-none-match')
  // §13.1.3: with If-None-Match, readable or not, If-Modified-Since is ignored.
  if (ifNoneMatch !== undefined) return matchesOne(ifNoneMatch, stored.etag) ? 'not-modified' : 'proceed'
  const ifModifiedSince = requestFields.get('if-modified-since')
  if (ifModifiedSince === undefined) return 'proceed'
  return isUnmodified(ifModifiedSince, stored, wallMs) ? 'not-modified' : 'proceed'
}

/** §13.1.2: `*` matches whatever is stored; entity tags are compared weakly. A malformed list matches nothing. */
function matchesOne(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch === '*') return true
  // The ordinary case, without a list: the client sends back what it got.
  if (ifNoneMatch === etag) return isEntityTag(etag)
  return etag !== '' && matchesInList(ifNoneMatch, etag)
}

function matchesInList(ifNoneMatch: string, etag: string): boolean {
  return readEntityTags(ifNoneMatch)?.some((candidate) => weakMatch(candidate, etag)) === true
}

/** §13.1.3: a value that is no single date is ignored, and so is the condition where there is no date to compare with. */
function isUnmodified(ifModifiedSince: string, stored: Validators, wallMs: number): boolean {
  const modified = stored.lastModified === '' ? (stored.date ?? '') : stored.lastModified
  if (modified === '') return false
  // Nearly always the client sends back the very bytes it got.
  if (modified === ifModifiedSince) return isHttpDate(modified)
  const since = parseHttpDate(ifModifiedSince, wallMs)
  const at = parseHttpDate(modified, wallMs)
  return since !== null && at !== null && at <= since
}

/** Whether there is something to validate the response with. */
export function hasValidator(fields: ReadonlyFields): boolean {
  return isEntityTag(fields.get('etag') ?? '') || isHttpDate(fields.get('last-modified') ?? '')
}

/**
 * The conditions under which we ask the origin for a stored response anew (§4.3.1): both validators where there are both
 * (RFC 9110 §13.1.3). What isn't well formed is not sent. Empty where nothing is left to validate with.
 */
export function conditionalFields(etag: string, lastModified: string): [name: string, value: string][] {
  const fields: [name: string, value: string][] = []
  if (isEntityTag(etag)) fields.push(['if-none-match', etag])
  if (isHttpDate(lastModified)) fields.push(['if-modified-since', lastModified])
  return fields
}

/** A client's conditions, to be taken out of a request that is turned into a validation or an unconditional fetch of ours. */
export const CONDITIONAL_FIELDS: ReadonlySet<string> = new Set([
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
])
